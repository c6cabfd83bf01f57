// The expressions after a SELECT, and where each stands in its rows.
#pragma once

#include <string>
#include <string_view>

namespace helpdesk::db {

class Columns {
  public:
    // Adds an expression, and returns its column.
    unsigned add(std::string_view expression) {
        sql_.append(count_ == 0 ? "" : ", ").append(expression);
        return ++count_;
    }

    // All of them, between commas.
    const std::string& sql() const { return sql_; }

  private:
    std::string sql_;
    unsigned count_ = 0;
};

}  // namespace helpdesk::db
