// What is stored of a record's address.
#include "db/plan.h"
#include "db/session/attempts.h"
#include "db/statements/record_sql.h"

namespace helpdesk {
namespace db {
namespace {

class PlaceReader : public Operation {
  public:
    PlaceReader(const Write& write, StoredPlace& result) : write_(write), result_(result) {}

    void run(Connection& connection) override {
        const Resource& resource = write_.action->resource;
        Columns columns;
        std::vector<const Output*> outputs;
        for (const Variable& variable : resource.variables) {
            if (variable.place.empty())
                continue;
            outputs.push_back(resource.find_output(variable.name));
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
    StoredPlace& result_;
};

}  // namespace
}  // namespace db

StoredPlace read_place(const DatabaseSettings& database, const Write& write) {
    StoredPlace result;
    db::PlaceReader reader(write, result);
    static_cast<Outcome&>(result) = db::attempt(database, reader);
    return result;
}

}  // namespace helpdesk
