// Reads the credentials of the record as which a client signs in.
#include "db/session/attempts.h"
#include "db/statements/record_sql.h"

namespace helpdesk {
namespace db {
namespace {

class CredentialsReader : public Operation {
  public:
    CredentialsReader(const SignInCheck& check, Credentials& result) : check_(check), result_(result) {}

    void run(Connection& connection) override {
        const Resource& resource = check_.action->resource;
        const SignIn& sign_in = *resource.sign_in;
        const Variable& name = *resource.name();
        Columns columns;
        const unsigned hash = columns.add("record." + quoted(resource.password()->column));
        const unsigned allowed = columns.add(expression(*resource.find_output(sign_in.allowed_by)));
        const unsigned stored_name = columns.add("record." + quoted(name.column));
        std::vector<Output> outputs;
        std::vector<unsigned> places;
        for (const std::string_view output : sign_in.outputs) {
            outputs.push_back(*resource.find_output(output));
            places.push_back(columns.add(selected(outputs.back())));
        }
        const auto row =
            connection.query("SELECT " + columns.sql() + " FROM " + quoted(resource.table) + " AS record" +
                                 reference_joins(outputs) + " WHERE record." + quoted(name.column) + " = ?",
                             {check_.identifier});
        result_.outputs.assign(outputs.size(), "");
        if (!row->next())
            return;
        result_.password_hash = row->text(hash);
        result_.allowed = row->text(allowed) == "Y";
        result_.identifier = text_of(*row, stored_name, std::string(name.name));
        for (std::size_t i = 0; i < outputs.size(); ++i)
            result_.outputs[i] = value_of(*row, places[i], outputs[i]);
    }

  private:
    const SignInCheck& check_;
    Credentials& result_;
};

}  // namespace
}  // namespace db

Credentials read_credentials(const DatabaseSettings& database, const SignInCheck& check) {
    Credentials result;
    db::CredentialsReader reader(check, result);
    static_cast<Outcome&>(result) = db::attempt(database, reader);
    return result;
}

}  // namespace helpdesk
