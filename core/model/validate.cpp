#include "model/validate.h"

#include <algorithm>
#include <set>

#include "model/action.h"

namespace helpdesk {
namespace {

bool is_name(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

// Names are compared in lower case, and each stands for one thing.
class Names {
  public:
    Names(Complaints& complaints, std::string_view what) : complaints_(complaints), what_(what) {}

    void add(std::string_view name) {
        complaints_.expect(is_name(name), name, "is no name in lower case");
        complaints_.expect(names_.emplace(name).second, name, what_);
    }

  private:
    Complaints& complaints_;
    const std::string_view what_;
    std::set<std::string, std::less<>> names_;
};

void validate_names(const Resource& resource, Complaints& complaints) {
    complaints.expect(is_name(resource.singular) && is_name(resource.plural), "",
                      "needs a singular and a plural in lower case");
    complaints.expect(!resource.noun.empty(), "", "needs a noun");
    complaints.expect(!resource.table.empty(), "", "needs a table");

    Names variables(complaints, "is the name of two variables");
    variables.add(action_variable);
    for (const std::string_view name : {resource.key.variable, resource.renamed_by})
        if (!name.empty())
            variables.add(name);
    for (const Variable& variable : resource.variables)
        variables.add(variable.name);

    Names selectors(complaints, "is the name of two selectors");
    selectors.add(action_variable);
    for (const std::string_view name : paging_variables)
        selectors.add(name);
    for (const Selector& selector : resource.selectors)
        selectors.add(selector.name);

    Names outputs(complaints, "is the name of two outputs");
    for (const Output& output : resource.outputs)
        outputs.add(output.name);
}

void validate_columns(const Resource& resource, Complaints& complaints) {
    std::set<std::string_view> columns;
    for (const Variable& variable : resource.variables)
        if (!variable.column.empty() && variable.kind != Kind::date_list)
            complaints.expect(columns.insert(variable.column).second, variable.name,
                              "has the column of another variable");
}

// What finds a record, and what a write answers with.
void validate_key(const Resource& resource, Complaints& complaints) {
    const auto names =
        std::count_if(resource.variables.begin(), resource.variables.end(),
                      [](const Variable& variable) { return variable.kind == Kind::identifier; });
    complaints.expect(names <= 1, "", "has two identifiers");
    if (names > 0)
        return;
    complaints.expect(resource.known_by_number(), "", "has records that neither a number nor a name finds");
    complaints.expect(resource.key.answered, "", "answers a write with a name, but has none");
    complaints.expect(resource.renamed_by.empty(), "", "changes a name, but has none");
    complaints.expect(!resource.in_bulk, "", "is imported by name, but has none");
    complaints.expect(resource.sign_in == nullptr, "", "can be signed in to by name, but has none");
}

const Selector* find(const Resource& resource, SelectorKind kind) {
    const auto found = std::find_if(resource.selectors.begin(), resource.selectors.end(),
                                    [&](const Selector& selector) { return selector.kind == kind; });
    return found == resource.selectors.end() ? nullptr : &*found;
}

// What a resource promises hangs on rows of its table.
void validate_promises(const Resource& resource, Complaints& complaints) {
    const bool has_unbounded =
        std::any_of(resource.outputs.begin(), resource.outputs.end(), [](const Output& output) {
            return output.source == Output::Source::column && output.variable != nullptr &&
                   output.variable->limit == 0;
        });
    complaints.expect(resource.versioned || !has_unbounded, "",
                      "has a value without a limit, which is read in pieces of one version, but no versions");
    complaints.expect(!resource.needs_selector || !resource.selectors.empty(), "",
                      "needs a selector, but has none");
    complaints.expect(!resource.in_bulk || find(resource, SelectorKind::after) != nullptr, "",
                      "is exported page by page, but has no selector of the records after one");
    complaints.expect(!resource.in_bulk || !resource.known_by_number(), "",
                      "is imported, but a row cannot name a record that is known by ID");
}

// The coordinates of an address: a geocoder needs both sides.
void validate_place(const Resource& resource, Complaints& complaints) {
    bool address = false;
    bool coordinates = false;
    for (const Variable& variable : resource.variables)
        (variable.kind == Kind::coordinate ? coordinates : address) |= !variable.place.empty();
    complaints.expect(address == coordinates, "", "needs both an address and coordinates to be geocoded");
}

void validate_sign_in(const Resource& resource, Complaints& complaints) {
    const auto passwords =
        std::count_if(resource.variables.begin(), resource.variables.end(),
                      [](const Variable& variable) { return variable.kind == Kind::password; });
    complaints.expect(passwords <= 1, "", "has two passwords");
    if (resource.sign_in == nullptr)
        return;
    complaints.expect(passwords == 1, "", "can be signed in to, but has no password");
    complaints.expect(!resource.key.answered, "",
                      "can be signed in to by name, but a write does not answer with it");
    const std::string_view name = resource.sign_in->allowed_by;
    const Variable* allowed_by = resource.find(name);
    complaints.expect(allowed_by != nullptr && allowed_by->kind == Kind::choice &&
                          std::find(allowed_by->choices.begin(), allowed_by->choices.end(), "Y") !=
                              allowed_by->choices.end(),
                      name, "allows to sign in, but is no choice with Y");
    for (const std::string_view output : resource.sign_in->outputs)
        complaints.expect(resource.find_output(output) != nullptr, output,
                          "is answered to a sign-in, but is no output");
}

void validate_references(std::span<const Resource* const> resources, const Resource& resource,
                         Complaints& complaints) {
    const auto expect = [&](const Variable& variable, const Reference* reference) {
        complaints.expect(reference == nullptr || std::any_of(resources.begin(), resources.end(),
                                                              [&](const Resource* one) {
                                                                  return one->table == reference->table;
                                                              }),
                          variable.name, "refers to a table of no resource");
    };
    for (const Variable& variable : resource.variables) {
        expect(variable, variable.reference);
        if (variable.list != nullptr)
            expect(variable, variable.list->reference);
    }
}

}  // namespace

void Complaints::expect(bool holds, std::string_view row, std::string_view what) {
    if (holds)
        return;
    std::string where(resource_.plural);
    if (!row.empty())
        where.append(".").append(row);
    list_.push_back(where.append(" ").append(what));
}

std::vector<std::string> validate(const Resource& resource) {
    Complaints complaints(resource);
    complaints.expect(!resource.variables.empty(), "", "has no variables");
    if (resource.variables.empty())
        return complaints.list();
    validate_names(resource, complaints);
    validate_columns(resource, complaints);
    validate_key(resource, complaints);
    for (const Variable& variable : resource.variables)
        validate_variable(resource, variable, complaints);
    for (const Selector& selector : resource.selectors)
        validate_selector(resource, selector, complaints);
    validate_promises(resource, complaints);
    validate_place(resource, complaints);
    validate_sign_in(resource, complaints);
    return complaints.list();
}

std::vector<std::string> validate(std::span<const Resource* const> resources) {
    std::vector<std::string> all;
    std::set<std::string_view> names;
    for (const Resource* resource : resources) {
        const std::vector<std::string> own = validate(*resource);
        all.insert(all.end(), own.begin(), own.end());
        Complaints between(*resource);
        for (const std::string_view name : {resource->singular, resource->plural})
            between.expect(names.insert(name).second, name, "is the name of another resource");
        validate_references(resources, *resource, between);
        all.insert(all.end(), between.list().begin(), between.list().end());
    }
    return all;
}

}  // namespace helpdesk
