// Collects the expressions of a SELECT, and tells the column of each.
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

    // Returns all of them, with commas between.
    const std::string& sql() const { return sql_; }

  private:
    std::string sql_;
    unsigned count_ = 0;
};

}  // namespace helpdesk::db
