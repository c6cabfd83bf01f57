// Reads what is stored of a record before it is written.
#include "db/plan.h"
#include "db/session/attempts.h"
#include "db/statements/record_sql.h"

namespace helpdesk {
namespace db {
namespace {

class ValuesReader : public Operation {
  public:
    ValuesReader(const Write& write, std::span<const Variable* const> variables, StoredValues& result)
        : write_(write), variables_(variables), result_(result) {}

    void run(Connection& connection) override {
        const Resource& resource = write_.action->resource;
        Columns columns;
        std::vector<const Output*> outputs;
        for (const Variable* variable : variables_) {
            outputs.push_back(resource.find_output(variable->name));
            columns.add(selected(*outputs.back()));
        }
        const auto row = connection.query("SELECT " + columns.sql() + " FROM " + quoted(resource.table) +
                                              " AS record WHERE " + key_column(write_) + " = ?",
                                          {key_value(write_)});
        result_.values.clear();
        result_.exists = row->next();
        unsigned column = 0;
        for (const Output* output : outputs)
            if (result_.exists)
                result_.values.push_back(value_of(*row, ++column, *output));
    }

  private:
    const Write& write_;
    std::span<const Variable* const> variables_;
    StoredValues& result_;
};

}  // namespace
}  // namespace db

StoredValues read_values(const DatabaseSettings& database, const Write& write,
                         std::span<const Variable* const> variables) {
    StoredValues result;
    db::ValuesReader reader(write, variables, result);
    static_cast<Outcome&>(result) = db::attempt(database, reader);
    return result;
}

}  // namespace helpdesk
