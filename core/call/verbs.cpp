// The verbs, a row for each.
#include "model/verb.h"

#include "model/action.h"

namespace helpdesk {
namespace {

using VariableNames = std::vector<std::string>;

// Whether the client may say the record's ID.
bool may_name_id(const Verb& verb, const Resource& resource) {
    return resource.known_by_id && !verb.adds;
}

VariableNames names_of_record(const Verb& verb, const Resource& resource) {
    VariableNames names;
    if (may_name_id(verb, resource))
        names.emplace_back(id_variable);
    names.emplace_back(resource.identifier().name);
    return names;
}

VariableNames names_of_values(const Verb& verb, const Resource& resource) {
    VariableNames names;
    if (may_name_id(verb, resource))
        names.emplace_back(id_variable);
    for (const Variable& variable : resource.variables)
        names.emplace_back(variable.name);
    if (may_name_id(verb, resource))
        names.push_back(std::string(rename_prefix) + std::string(resource.identifier().name));
    return names;
}

VariableNames names_of_credentials(const Verb& /*verb*/, const Resource& resource) {
    VariableNames names;
    for (const Variable& variable : resource.variables)
        if (variable.kind == Kind::identifier || variable.kind == Kind::password)
            names.emplace_back(variable.name);
    return names;
}

// An export is no walk: it has all records at once.
VariableNames names_of_selectors(const Verb& verb, const Resource& resource) {
    VariableNames names;
    for (const Selector& selector : resource.selectors)
        if (!verb.gives_rows || selector.kind != SelectorKind::after_id)
            names.emplace_back(selector.name);
    return names;
}

VariableNames names_of_list(const Verb& verb, const Resource& resource) {
    VariableNames names = names_of_selectors(verb, resource);
    names.insert(names.end(), paging_variables.begin(), paging_variables.end());
    return names;
}

VariableNames names_of_import(const Verb& /*verb*/, const Resource& /*resource*/) {
    return {import_variables.begin(), import_variables.end()};
}

std::string quote(std::string_view text) {
    return "`" + std::string(text) + "`";
}

std::string identifier_of(const Resource& resource) {
    return quote(resource.identifier().name);
}

std::string record_of(const Resource& resource) {
    return (resource.known_by_id ? quote(id_variable) + " or " : "") + identifier_of(resource);
}

// What the answer to a change says of the record.
std::string answered_with(const Resource& resource) {
    return resource.known_by_id ? "the ID" : "the " + identifier_of(resource) + " as stored";
}

std::string answer_to_change(const Action& action) {
    return ". Answer: " + quote(action.answer) + ", " + answered_with(action.resource) + ".";
}

std::string describe_add(const Action& action) {
    return "the variables below" + answer_to_change(action);
}

std::string describe_update(const Action& action) {
    const Resource& resource = action.resource;
    const std::string renamed = std::string(rename_prefix) + std::string(resource.identifier().name);
    return record_of(resource) + ", and what is to change of the variables below" +
           (resource.known_by_id ? "; " + quote(renamed) + " renames" : "") + answer_to_change(action);
}

std::string describe_upsert(const Action& action) {
    const Resource& resource = action.resource;
    return "the variables below. Adds the " + std::string(resource.names.noun) +
           " if there is none, else changes it. Answer: " +
           quote(find_action(resource, *action.verb.when_missing)->answer) + " or " + quote(action.answer) +
           ", " + answered_with(resource) + ".";
}

std::string describe_remove(const Action& action) {
    return record_of(action.resource) + answer_to_change(action);
}

std::string describe_get(const Action& action) {
    return "the selectors below. Answer: " + quote(action.answer) + ", a list.";
}

std::string describe_locate(const Action& action) {
    return record_of(action.resource) + ". Looks up the coordinates of the address that is stored" +
           answer_to_change(action);
}

std::string describe_verify(const Action& action) {
    std::string text;
    for (const std::string& name : action.variables)
        text += (text.empty() ? "" : ", ") + quote(name);
    text += ". Answer: " + quote(action.answer) + ", `Y` or `N`";
    for (const std::string_view name : action.resource.sign_in->outputs)
        text += ", " + quote(name);
    return text + "; `N` as well where " + quote(action.resource.sign_in->allowed_by) + " is.";
}

std::string describe_import(const Action& action) {
    return "a POST whose body is CSV or NDJSON, with a row for each call, and in the query string `mode` (" +
           list_modes(action.resource, "`") +
           ") and `dry_run` (`Y`: nothing is changed). Answer: " + quote(action.answer) +
           ", how many were added or updated, `rows`, `added`, `updated`, `existing`, `failed`, then what "
           "was wrong with which row.";
}

std::string describe_export(const Action& /*action*/) {
    return "the selectors below, but for `after_id`, and in `format` `csv` or `ndjson`. Answer: the records, "
           "as an import takes them.";
}

}  // namespace

namespace verbs {

const Verb add = {.name = "add",
                  .answer = "added",
                  .changes = true,
                  .adds = true,
                  .stores = true,
                  .is_mode = true,
                  .variables = names_of_values,
                  .summary = "Add {one}",
                  .describe = describe_add};

const Verb update = {.name = "update",
                     .answer = "updated",
                     .changes = true,
                     .stores = true,
                     .is_mode = true,
                     .takes_if_match = true,
                     .variables = names_of_values,
                     .summary = "Change {one}",
                     .describe = describe_update};

// The answer is that of the add or the update that it came to; the row has the update's.
const Verb upsert = {.name = "upsert",
                     .answer = "updated",
                     .changes = true,
                     .when_found = &update,
                     .when_missing = &add,
                     .is_mode = true,
                     .takes_if_match = true,
                     .variables = names_of_values,
                     .summary = "Add {one}, or change it",
                     .describe = describe_upsert};

const Verb remove = {.name = "delete",
                     .answer = "deleted",
                     .changes = true,
                     .removes = true,
                     .takes_if_match = true,
                     .variables = names_of_record,
                     .summary = "Delete {one}",
                     .describe = describe_remove};

const Verb get = {.name = "get",
                  .answer = "",
                  .many = true,
                  .selects = true,
                  .takes_if_match = true,
                  .variables = names_of_list,
                  .summary = "List {many}",
                  .describe = describe_get};

const Verb locate = {.name = "locate",
                     .answer = "located",
                     .changes = true,
                     .locates = true,
                     .takes_if_match = true,
                     .variables = names_of_record,
                     .summary = "Look up the coordinates of the address of {one}",
                     .describe = describe_locate};

const Verb verify = {.name = "verify",
                     .answer = "verified",
                     .signs_in = true,
                     .variables = names_of_credentials,
                     .summary = "Check the password of {one}",
                     .describe = describe_verify};

const Verb import_ = {.name = "import",
                      .answer = "imported",
                      .many = true,
                      .takes_rows = true,
                      .variables = names_of_import,
                      .summary = "Add or change many {many}",
                      .describe = describe_import};

const Verb export_ = {.name = "export",
                      .answer = "",
                      .many = true,
                      .selects = true,
                      .gives_rows = true,
                      .variables = names_of_selectors,
                      .summary = "Get all of a selection of {many}, to be imported",
                      .describe = describe_export};

}  // namespace verbs

}  // namespace helpdesk
