// Checks references: what each says must be true of the resource to which it refers.
#include <algorithm>

#include "model/path.h"
#include "model/validate.h"

namespace helpdesk {
namespace {

class ReferenceRules {
  public:
    ReferenceRules(const Resource& resource, const Variable& variable, const Reference& reference,
                   Complaints& complaints)
        : resource_(resource), variable_(variable), reference_(reference), complaints_(complaints) {}

    void check_all() {
        expect(!noun_of(reference_).empty(), "refers to a resource without a noun");
        expect(!unknown_code(reference_).empty(), "has no code for what it does not find");
        check_name();
        if (variable_.list != nullptr)
            return check_list();
        check_shown();
        if (!reference_.within.empty())
            check_scope();
        if (!reference_.taken_from.empty())
            check_taken();
        expect(!reference_.no_rings || reference_.to().table == resource_.table,
               "has no rings, but leads to another resource");
    }

  private:
    void expect(bool holds, std::string_view what) { complaints_.expect(holds, variable_.name, what); }

    void check_name() {
        const Variable* name = reference_.to().name();
        if (reference_.by == Reference::By::id)
            return expect(reference_.column.empty(), "has a column of names, but refers by ID only");
        expect(!name_column(reference_).empty(), "refers by name to records that have none");
        expect(reference_.column.empty() || variable_in(reference_.to(), reference_.column) != nullptr,
               "refers by a column that no variable has");
        expect(reference_.column.empty() || !reference_.within.empty() ||
                   (name != nullptr && reference_.column == name->column),
               "refers without a scope by a column that is not the identifier's");
    }

    void check_list() {
        expect(reference_.within.empty(), "has a scope, which is not checked for the rows of a list");
        expect(reference_.shown.empty(), "says what it shows, which a list does not read");
        expect(!reference_.no_rings, "has no rings, which is not checked for the rows of a list");
    }

    void check_shown() {
        if (reference_.shown.empty())
            return expect(!name_column(reference_).empty(), "shows a name, but there is none");
        for (const Shown& shown : reference_.shown)
            check_shown(shown.column.empty() ? name_column(reference_) : shown.column, shown.form);
    }

    void check_shown(std::string_view column, Form form) {
        if (column == "id")
            return expect(form == Form::plain, "shows a column in another form than its own resource");
        const Variable* shown = variable_in(reference_.to(), column);
        if (shown != nullptr && shown->secret)
            return expect(false, "shows a secret");
        const Output* own = output_of(reference_.to(), column);
        expect(own != nullptr, "shows a column that is not there");
        if (own == nullptr)
            return;
        expect(own->form == form, "shows a column in another form than its own resource");
        // Such a value is read in pieces while the version of its own record stays the same, which a
        // reference does not know.
        expect(shown == nullptr || shown->limit != 0 || form != Form::plain,
               "shows a value without a limit, which is not read beside another record");
    }

    void check_taken() {
        const Variable* from = resource_.find(reference_.taken_from);
        expect(from != nullptr && from->reference != nullptr && is_stored(*from) && from->required &&
                   from->reference->by == Reference::By::id,
               "is taken from what is no required reference by number");
        if (from == nullptr || from->reference == nullptr)
            return;
        const Resource& other = from->reference->to();
        const Variable* taken = other.find(reference_.taken);
        expect(taken != nullptr && taken->reference != nullptr && taken->reference->to == reference_.to,
               "is taken from a record that does not refer to the same resource");
        expect(other.table != resource_.table,
               "is taken from its own table, which one statement cannot read");
    }

    void check_scope() {
        const Variable* within = resource_.find(reference_.within);
        expect(within != nullptr && within->reference != nullptr, "has a scope that is no reference");
        expect(!is_in_a_ring(), "is its own scope");
        expect(scope_of(resource_, reference_) != nullptr,
               "refers to records that do not refer to its scope, or more than once");
        expect(reference_.to().table != resource_.table,
               "refers to its own resource in a scope, which one statement cannot check");
        expect(!reference_.first_if_unknown && !reference_.has_default,
               "has a default, which may not be in its scope");
    }

    // Returns whether its scopes lead round in a ring.
    bool is_in_a_ring() const {
        const Variable* scope = &variable_;
        for (std::size_t steps = 0; steps <= resource_.variables.size(); ++steps) {
            if (scope == nullptr || scope->reference == nullptr || scope->reference->within.empty())
                return false;
            scope = resource_.find(scope->reference->within);
        }
        return true;
    }

    const Resource& resource_;
    const Variable& variable_;
    const Reference& reference_;
    Complaints& complaints_;
};

// Returns whether a reference by name or ID shows its name, but not its ID. An export gives the ID instead of
// a name that an import would read as an ID.
bool hides_number(const Resource& resource, const Variable& variable) {
    if (variable.reference == nullptr || variable.reference->by != Reference::By::id_or_name)
        return false;
    const auto shows = [&](Output::Source source, bool as_variable) {
        return std::any_of(resource.outputs.begin(), resource.outputs.end(), [&](const Output& output) {
            return output.source == source && output.variable == &variable &&
                   (!as_variable || output.name == variable.name);
        });
    };
    return shows(Output::Source::reference, true) && !shows(Output::Source::reference_id, false);
}

}  // namespace

bool refers_to_nothing(const Variable& variable) {
    const Reference* reference = variable.list != nullptr ? variable.list->reference : variable.reference;
    return reference != nullptr && reference->to == nullptr;
}

void validate_reference(const Resource& resource, const Variable& variable, Complaints& complaints) {
    complaints.expect(!variable.kind->has_reference || variable.reference != nullptr, variable.name,
                      "is a reference to nothing");
    const bool exported = std::any_of(resource.verbs.begin(), resource.verbs.end(),
                                      [](const Verb* verb) { return verb->gives_rows; });
    complaints.expect(!exported || !hides_number(resource, variable), variable.name,
                      "is exported by a name that may read as an ID, but its ID is not shown");
    if (variable.list != nullptr && variable.list->reference != nullptr)
        ReferenceRules(resource, variable, *variable.list->reference, complaints).check_all();
    if (variable.reference == nullptr)
        return;
    const Reference& reference = *variable.reference;
    complaints.expect(variable.kind->has_reference, variable.name, "is no reference, but has one");
    complaints.expect(!variable.required || !(reference.first_if_unknown || reference.has_default),
                      variable.name, "is required although it has a default");
    ReferenceRules(resource, variable, reference, complaints).check_all();
}

}  // namespace helpdesk
