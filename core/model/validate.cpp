#include "model/validate.h"

#include <algorithm>
#include <set>

#include "model/action.h"
#include "model/erasing.h"
#include "model/finder.h"
#include "model/merging.h"
#include "model/path.h"

namespace helpdesk {
namespace {

bool is_name(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

// Complains about a name that has capitals, or that is there already.
class UniqueNames {
  public:
    UniqueNames(Complaints& complaints, std::string_view what) : complaints_(complaints), what_(what) {}

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
    complaints.expect(is_name(resource.names.one) && is_name(resource.names.many), "",
                      "needs a singular and a plural in lower case");
    complaints.expect(is_name(resource.names.element), "", "needs an element in lower case");
    complaints.expect(!resource.names.noun.empty(), "", "needs a noun");
    complaints.expect(!resource.table.empty(), "", "needs a table");

    UniqueNames variables(complaints, "is the name of two variables");
    variables.add(action_variable);
    for (const std::string_view name : {resource.key.variable, resource.renamed_by})
        if (!name.empty())
            variables.add(name);
    for (const Variable& variable : resource.variables)
        if (variable.fields == nullptr)
            variables.add(variable.name);

    UniqueNames selectors(complaints, "is the name of two selectors");
    selectors.add(action_variable);
    for (const std::string_view name : paging_variables)
        selectors.add(name);
    for (const Selector& selector : resource.selectors)
        if (!selector.finder->finds_fields)
            selectors.add(selector.name);

    UniqueNames outputs(complaints, "is the name of two outputs");
    for (const Output& output : resource.outputs)
        if (output.source != Output::Source::fields)
            outputs.add(output.name);
}

void validate_columns(const Resource& resource, Complaints& complaints) {
    std::set<std::string_view> columns;
    for (const Variable& variable : resource.variables)
        if (!variable.column.empty() && variable.kind->read != nullptr)
            complaints.expect(columns.insert(variable.column).second, variable.name,
                              "has the column of another variable");
}

// Checks what finds a record, and with what a write answers.
void validate_key(const Resource& resource, Complaints& complaints) {
    const auto names =
        std::count_if(resource.variables.begin(), resource.variables.end(),
                      [](const Variable& variable) { return variable.kind == &kinds::identifier; });
    complaints.expect(names <= 1, "", "has two identifiers");
    if (names > 0) {
        complaints.expect(resource.unique.empty(), "", "says what is unique besides its name");
        return;
    }
    complaints.expect(resource.unique.empty() || resource.find(resource.unique) != nullptr, "",
                      "has a unique variable that is not there");
    complaints.expect(resource.known_by_number(), "", "has records that neither a number nor a name finds");
    complaints.expect(resource.key.answered, "", "answers a write with a name, but has none");
    complaints.expect(resource.renamed_by.empty(), "", "changes a name, but has none");
    complaints.expect(resource.sign_in == nullptr, "", "can be signed in to by name, but has none");
}

// Checks what hides records, and by what an add is known that is sent again.
void validate_life(const Resource& resource, Complaints& complaints) {
    complaints.expect(!resource.unique_repeats || !resource.unique.empty(), "",
                      "knows an add that is sent again by nothing unique");
    const Variable* part_of = resource.find(resource.part_of);
    complaints.expect(
        resource.part_of.empty() || (part_of != nullptr && part_of->reference != nullptr &&
                                     is_stored(*part_of) && !part_of->reference->to().deleted.empty()),
        resource.part_of, "is what records belong to, but none that is kept when it is deleted");
    complaints.expect(resource.word_index == nullptr ||
                          std::any_of(resource.selectors.begin(), resource.selectors.end(),
                                      [](const Selector& selector) { return selector.finder->finds_words; }),
                      "", "has an index of words in which no selector looks");
    const Output* order = resource.find_output(resource.order);
    complaints.expect(resource.order.empty() || (order != nullptr && order->source == Output::Source::column),
                      resource.order, "is what a list is sorted by, but no output of a column");
}

// Checks the parts that imports and exports have as a list in each record.
void validate_parts(const Resource& resource, Complaints& complaints) {
    if (resource.parts == nullptr)
        return;
    const Resource& parts = resource.parts();
    const std::string prefix = std::string(parts.names.element) + "_";
    const Variable* part_of = parts.find(parts.part_of);
    complaints.expect(
        part_of != nullptr && part_of->reference != nullptr &&
            part_of->reference->to().table == resource.table && selector_of_owner(parts) != nullptr,
        parts.names.many, "are parts that do not say whose they are, or that no selector finds by it");
    complaints.expect(resource.find(parts.names.many) == nullptr, parts.names.many,
                      "is a list of parts, and the name of a variable");
    for (const Variable& variable : resource.variables)
        complaints.expect(!variable.name.starts_with(prefix), variable.name,
                          "may be taken for a variable of a part");
    complaints.expect(resource.known_by_number() && resource.find_output(resource.key.variable) != nullptr,
                      "", "has parts, but no number that is shown and may be brought");
}

bool has_keyset(const Resource& resource) {
    return std::any_of(resource.selectors.begin(), resource.selectors.end(),
                       [](const Selector& selector) { return selector.finder->is_keyset(); });
}

// Checks that the table has the rows on which the resource's other fields depend.
void validate_promises(const Resource& resource, Complaints& complaints) {
    const bool has_unbounded = std::any_of(resource.outputs.begin(), resource.outputs.end(), is_unbounded);
    complaints.expect(resource.versioned || !has_unbounded, "",
                      "has a value without a limit, which is read in pieces of one version, but no versions");
    complaints.expect(!resource.needs_selector || !resource.selectors.empty(), "",
                      "needs a selector, but has none");
}

bool has_verb(const Resource& resource, const Verb* verb) {
    return std::find(resource.verbs.begin(), resource.verbs.end(), verb) != resource.verbs.end();
}

void validate_verb(const Resource& resource, const Verb& verb, Complaints& complaints) {
    complaints.expect(std::count(resource.verbs.begin(), resource.verbs.end(), &verb) == 1, verb.name,
                      "is listed twice");
    complaints.expect(!verb.gives_rows || has_keyset(resource), verb.name,
                      "goes page by page, but there is no selector of the records after one");
    complaints.expect(!verb.takes_rows || !modes_of(resource).empty(), verb.name,
                      "takes rows, but there is nothing that they can be");
    // A record that is brought with its parts may do without a number.
    const bool names_records = verb.takes_rows && resource.parts == nullptr;
    complaints.expect(!names_records || !resource.known_by_number(), verb.name,
                      "takes rows, which cannot name a record that is known by ID");
    complaints.expect(!names_records || resource.name() != nullptr, verb.name,
                      "takes rows, which name records, but they have no names");
    if (verb.when_missing != nullptr) {
        complaints.expect(has_verb(resource, verb.when_found) && has_verb(resource, verb.when_missing),
                          verb.name, "lacks what it does to a record that exists, or to one that does not");
        // A record whose ID the database chooses cannot be added under an ID that a client chose.
        complaints.expect(!resource.known_by_number(), verb.name,
                          "may add a record, which a client cannot name by ID");
    }
    const Variable* into = resource.find(verb.into);
    complaints.expect(
        verb.into.empty() || (into != nullptr && into->reference != nullptr &&
                              (into->reference->by == Reference::By::id) == resource.known_by_number() &&
                              into->reference->to().table == resource.table),
        verb.name, "goes into another record, but no reference says which");
    complaints.expect(!verb.signs_in || resource.sign_in != nullptr, verb.name,
                      "checks a password, but nobody can sign in");
    complaints.expect(!verb.erases || resource.erasing != nullptr, verb.name,
                      "erases, but nothing says what");
    const std::string_view why = verb.unsuited == nullptr ? "" : verb.unsuited(resource);
    complaints.expect(why.empty(), verb.name, why);
}

void validate_merging(const Resource& resource, Complaints& complaints) {
    if (resource.merging == nullptr)
        return;
    complaints.expect(resource.timestamps, "", "is merged, but has no time of a change");
    const auto expect_text = [&](std::string_view name) {
        const Variable* variable = resource.find(name);
        complaints.expect(variable != nullptr && is_stored(*variable) && variable->list == nullptr &&
                              variable != resource.name() && !variable->secret,
                          name, "is taken over by a merge, but is no value of the record");
    };
    for (const auto& group : resource.merging->filled)
        for (const std::string_view name : group)
            expect_text(name);
    for (const Joined& joined : resource.merging->joined) {
        const Variable* variable = resource.find(joined.variable);
        complaints.expect(variable != nullptr && variable->list != nullptr, joined.variable,
                          "is joined by a merge, but is no list");
        if (!joined.single.empty())
            expect_text(joined.single);
    }
}

void validate_erasing(const Resource& resource, Complaints& complaints) {
    if (resource.erasing == nullptr)
        return;
    const Erasing& erasing = *resource.erasing;
    const Traces& traces = erasing.traces;
    const auto expect = [&](const Resource& of, std::string_view name) {
        const Variable* variable = of.find(name);
        complaints.expect(variable != nullptr && is_stored(*variable), name,
                          "is erased, but is no value of the " + std::string(of.names.noun));
    };
    complaints.expect(resource.name() != nullptr, "", "is erased, but has no name to lose");
    for (const std::string_view name : erasing.texts)
        expect(resource, name);
    for (const std::string_view name : erasing.others)
        expect(resource, name);
    const Resource& records = traces.resource();
    for (const std::string_view name : {traces.owner, traces.unless, traces.repeats})
        expect(records, name);
    for (const auto& names : {traces.copied, traces.words})
        for (const std::string_view name : names)
            expect(records, name);
    if (records.parts == nullptr)
        return complaints.expect(false, "", "has traces in records that have no parts");
    const Resource& parts = records.parts();
    for (const std::string_view name : {traces.author, traces.called, traces.text, traces.text_words,
                                        traces.identifier, traces.changes, traces.former})
        expect(parts, name);
    for (const std::string_view name : traces.addresses)
        expect(parts, name);
}

void validate_aliases(const Resource& resource, Complaints& complaints) {
    const std::vector<Action> actions = actions_of(resource);
    const auto is_action = [&](std::string_view name) {
        return std::any_of(actions.begin(), actions.end(),
                           [&](const Action& action) { return action.name == name; });
    };
    for (const Alias& alias : resource.action_aliases)
        complaints.expect(is_action(alias.of) && !is_action(alias.name), alias.name,
                          "is another name of no action, or an action itself");
    for (const Alias& alias : resource.variable_aliases)
        complaints.expect(std::any_of(actions.begin(), actions.end(),
                                      [&](const Action& action) {
                                          return !action.knows(alias.name) &&
                                                 action.resolve(alias.name) == alias.of;
                                      }),
                          alias.name, "is another name of no variable");
}

void validate_actions(const Resource& resource, Complaints& complaints) {
    complaints.expect(!resource.verbs.empty(), "", "has no verbs");
    for (const Verb* verb : resource.verbs)
        validate_verb(resource, *verb, complaints);
    validate_aliases(resource, complaints);
}

void validate_sign_in(const Resource& resource, Complaints& complaints) {
    const auto passwords = std::count_if(resource.variables.begin(), resource.variables.end(),
                                         [](const Variable& variable) { return variable.kind->hashed; });
    complaints.expect(passwords <= 1, "", "has two passwords");
    if (resource.sign_in == nullptr)
        return;
    complaints.expect(passwords == 1, "", "can be signed in to, but has no password");
    complaints.expect(!resource.key.answered, "",
                      "can be signed in to by name, but a write does not answer with it");
    complaints.expect(std::any_of(resource.verbs.begin(), resource.verbs.end(),
                                  [](const Verb* verb) { return verb->signs_in; }),
                      "", "can be signed in to, but has no verb for it");
    const std::string_view name = resource.sign_in->allowed_by;
    const Variable* allowed_by = resource.find(name);
    complaints.expect(allowed_by != nullptr && allowed_by->choices != nullptr &&
                          std::find(allowed_by->choices->values.begin(), allowed_by->choices->values.end(),
                                    "Y") != allowed_by->choices->values.end(),
                      name, "allows to sign in, but is no choice with Y");
    for (const std::string_view output : resource.sign_in->outputs)
        complaints.expect(resource.find_output(output) != nullptr, output,
                          "is answered to a sign-in, but is no output");
}

void validate_references(std::span<const Resource* const> resources, const Resource& resource,
                         Complaints& complaints) {
    const auto expect = [&](const Variable& variable, const Reference* reference) {
        complaints.expect(
            reference == nullptr || reference->to == nullptr ||
                std::find(resources.begin(), resources.end(), &reference->to()) != resources.end(),
            variable.name, "refers to a resource that is not in the list");
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
    std::string where(resource_.names.many);
    if (!row.empty())
        where.append(".").append(row);
    list_.push_back(where.append(" ").append(what));
}

std::vector<std::string> validate(const Resource& resource) {
    Complaints complaints(resource);
    complaints.expect(!resource.variables.empty(), "", "has no variables");
    if (resource.variables.empty())
        return complaints.list();
    for (const Variable& variable : resource.variables)
        complaints.expect(!refers_to_nothing(variable), variable.name, "refers to no resource");
    if (!complaints.list().empty())
        return complaints.list();
    validate_names(resource, complaints);
    validate_columns(resource, complaints);
    validate_key(resource, complaints);
    validate_life(resource, complaints);
    validate_parts(resource, complaints);
    for (const Variable& variable : resource.variables)
        validate_variable(resource, variable, complaints);
    for (const Selector& selector : resource.selectors)
        validate_selector(resource, selector, complaints);
    for (const Rule* rule : resource.rules)
        validate_rule(resource, *rule, complaints);
    validate_promises(resource, complaints);
    validate_actions(resource, complaints);
    validate_merging(resource, complaints);
    validate_erasing(resource, complaints);
    if (resource.preparing != nullptr)
        resource.preparing->validate(resource, complaints);
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
        for (const std::string_view name : std::set{resource->names.one, resource->names.many})
            between.expect(names.insert(name).second, name, "is the name of another resource");
        validate_references(resources, *resource, between);
        all.insert(all.end(), between.list().begin(), between.list().end());
    }
    return all;
}

}  // namespace helpdesk
