// The verbs, one row for each, and the work that each begins.
#include "call/verbs.h"

#include <memory>

#include "call/counts.h"
#include "call/export.h"
#include "call/export_with_parts.h"
#include "call/import.h"
#include "call/incoming.h"
#include "call/list.h"
#include "call/sign_in_work.h"
#include "call/write.h"
#include "model/action.h"
#include "model/finder.h"
#include "request/check.h"
#include "request/select.h"

namespace helpdesk {
namespace {

using VariableNames = std::vector<std::string>;

// Returns whether the client may name the record by its ID.
bool may_name_number(const Verb& verb, const Resource& resource) {
    return resource.known_by_number() && !verb.adds;
}

VariableNames names_of_values(const Verb& verb, const Resource& resource) {
    VariableNames names;
    if (may_name_number(verb, resource))
        names.emplace_back(resource.key.variable);
    for (const Variable& variable : resource.variables)
        if (may_be_supplied(variable, verb.adds))
            names.emplace_back(variable.name);
    if (!resource.renamed_by.empty() && verb.stores && !verb.adds)
        names.emplace_back(resource.renamed_by);
    return names;
}

VariableNames names_of_removal(const Verb& verb, const Resource& resource) {
    VariableNames names = names_of_record(verb, resource);
    if (resource.forced != nullptr)
        names.emplace_back(force_variable);
    return names;
}

// A part is known by the record that it belongs to.
VariableNames names_of_brought(const Verb& /*verb*/, const Resource& resource) {
    VariableNames names;
    if (resource.part_of.empty())
        names.emplace_back(resource.key.variable);
    for (const Variable& variable : resource.variables)
        if (may_be_brought(resource, variable))
            names.emplace_back(variable.name);
    return names;
}

VariableNames names_of_credentials(const Verb& /*verb*/, const Resource& resource) {
    VariableNames names;
    for (const Variable& variable : resource.variables)
        if (&variable == resource.name() || variable.kind->hashed)
            names.emplace_back(variable.name);
    return names;
}

// An export gives all records at once, and all of each, so it takes no variables of a walk, and none that
// leave something out or count.
VariableNames names_of_selectors(const Verb& verb, const Resource& resource) {
    VariableNames names;
    for (const Selector& selector : resource.selectors)
        if (!verb.gives_rows ||
            !(selector.finder->is_walk_position() || selector.finder->leaves_out || selector.finder->counts))
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

std::string record_of(const Resource& resource) {
    const bool either = resource.known_by_number() && resource.name() != nullptr;
    return (either ? quote(resource.key.variable) + " or " : "") + quote(resource.known_by());
}

// Returns what the answer to a change says about the record.
std::string answered_with(const Resource& resource) {
    return resource.key.answered ? "the ID" : "the " + quote(resource.known_by()) + " as stored";
}

std::string answer_to_change(const Action& action) {
    return ". Answer: " + quote(action.answer) + ", " + answered_with(action.resource) + ".";
}

std::string describe_add(const Action& action) {
    return "the variables below" + answer_to_change(action);
}

std::string describe_update(const Action& action) {
    const Resource& resource = action.resource;
    return record_of(resource) + ", and those of the variables below that are to change" +
           (resource.renamed_by.empty() ? "" : "; " + quote(resource.renamed_by) + " renames") +
           answer_to_change(action);
}

std::string describe_removal(const Action& action) {
    const bool may_be_forced = action.resource.forced != nullptr;
    return record_of(action.resource) +
           (may_be_forced ? ", and `force` (`Y`: all values that are stored for it go with it)" : "") +
           answer_to_change(action);
}

std::string describe_upsert(const Action& action) {
    const Resource& resource = action.resource;
    return "the variables below. Answer: " + quote(find_action(resource, *action.verb.when_missing)->answer) +
           " or " + quote(action.answer) + ", " + answered_with(resource) + ".";
}

std::string describe_get(const Action& action) {
    return "the selectors below. Answer: " + quote(action.answer) + ", a list.";
}

std::string describe_verify(const Action& action) {
    std::string text;
    for (const std::string& name : action.variables)
        text += (text.empty() ? "" : ", ") + quote(name);
    text += ". Answer: " + quote(action.answer) + ", `Y` or `N`";
    for (const std::string_view name : action.resource.sign_in->outputs)
        text += ", " + quote(name);
    return text + ". Also `N` if " + quote(action.resource.sign_in->allowed_by) + " is `N`.";
}

// Says what the rows of an import have besides the values of records. Empty if they have nothing.
std::string parts_of_rows(const Resource& resource) {
    if (resource.parts == nullptr)
        return "";
    const Resource& parts = resource.parts();
    const Action& part = *find_action(parts, verbs::bring);
    std::string text = ", which may have its own " + quote(resource.key.variable) + ", and its " +
                       quote(parts.names.many) + ", in CSV each in a row and with `" + column_prefix(parts) +
                       "` before its columns (";
    for (const std::string& name : part.variables)
        text += (&name == &part.variables.front() ? "" : ", ") + quote(name);
    return text + ")";
}

std::string describe_import(const Action& action) {
    const std::string parts = parts_of_rows(action.resource);
    return "a POST whose body is CSV or NDJSON, with a row for each " +
           (parts.empty() ? "call" : std::string(action.resource.names.noun) + parts) + ", and `mode` (" +
           list_modes(action.resource, "`") +
           ") and `dry_run` (`Y`: nothing is changed) in the query string. Answer: " + quote(action.answer) +
           ", how many were added or updated, `rows`, `added`, `updated`, `existing`, `failed`, then what "
           "was wrong with which row.";
}

std::string describe_export(const Action& action) {
    std::string but;
    for (const Selector& selector : action.resource.selectors)
        if (!action.knows(selector.name))
            but += (but.empty() ? " except " : " and ") + quote(selector.name);
    const Resource* parts = action.resource.parts == nullptr ? nullptr : &action.resource.parts();
    return "the selectors below" + but + ", and `csv` or `ndjson` in `format`. Answer: the records" +
           (parts == nullptr ? "" : ", each with its " + quote(parts->names.many)) + ".";
}

std::string_view keeps_nothing(const Resource& resource) {
    return resource.deleted.empty() ? "is about records that were deleted, of which none are kept" : "";
}

using Begun = std::unique_ptr<Work>;

Begun begin_list(const Incoming& in) {
    Selection selection = check_selection(in.action, in.variables, in.settings.max_records, in.problems);
    selection.if_match = in.if_match(in.action.takes_if_match() && selection.is_of_one());
    if (selection.count_by != nullptr)
        return std::make_unique<Counts>(in.settings, in.format, std::move(selection));
    return std::make_unique<List>(in.settings, selection, in.format);
}

Begun begin_export(const Incoming& in) {
    const std::string_view name = in.variables.get(in.settings.format_variable);
    const auto format = name.empty() ? RowFormat::csv : parse_row_format(name);
    if (!format)
        in.problems.push_back({code::invalid_format, in.settings.format_variable, "must be csv or ndjson"});
    const Selection selection =
        check_selection(in.action, in.variables, in.settings.max_records, in.problems);
    in.if_match(false);
    if (in.action.resource.parts != nullptr)
        return std::make_unique<ExportWithParts>(in.settings, in.format, selection,
                                                 format.value_or(RowFormat::csv));
    return std::make_unique<Export>(in.settings, in.format, selection, format.value_or(RowFormat::csv));
}

Begun begin_import(const Incoming& in) {
    ImportOptions options = check_import(in.action.resource, in.variables, in.problems);
    options.rows = in.check_options();
    options.rows.renames = false;
    if (in.request.rows == nullptr)
        in.problems.push_back({code::unsupported_media_type, "",
                               "the rows must be the body of a POST, as text/csv or application/x-ndjson"});
    in.if_match(false);
    in.refuse_idempotency_key("an import can be sent again without one");
    in.refuse_other_conditions();
    return std::make_unique<Import>(in.settings, in.format, in.action, options, in.request.rows);
}

Begun begin_sign_in(const Incoming& in) {
    SignInCheck check = check_sign_in(in.action, in.variables, in.problems);
    in.if_match(false);
    return std::make_unique<SignInWork>(in.settings, in.format, std::move(check));
}

}  // namespace

std::vector<std::string> names_of_record(const Verb& verb, const Resource& resource) {
    VariableNames names;
    if (may_name_number(verb, resource))
        names.emplace_back(resource.key.variable);
    if (resource.name() != nullptr)
        names.emplace_back(resource.name()->name);
    return names;
}

std::string describe_change_of_record(const Action& action) {
    return record_of(action.resource) + answer_to_change(action);
}

Write check_write(const Incoming& in) {
    Write write = check(in.action, in.variables, in.check_options(), in.problems);
    write.dry_run = in.action.knows(dry_run_variable) && check_dry_run(in.variables, in.problems);
    write.forced = in.action.knows(force_variable) && check_force(in.variables, in.problems);
    write.if_match = in.if_match(in.action.takes_if_match());
    write.repeatable = in.repeatable(write.if_match);
    in.refuse_other_conditions();
    return write;
}

std::unique_ptr<Work> begin_write(const Incoming& in) {
    return std::make_unique<WriteWork>(in.settings, in.format, check_write(in));
}

namespace verbs {

const Verb add = {.name = "add",
                  .answer = "added",
                  .changes = true,
                  .adds = true,
                  .stores = true,
                  .is_mode = true,
                  .variables = names_of_values,
                  .about = "Adds {one}.",
                  .describe = describe_add,
                  .begin = begin_write};

const Verb update = {.name = "update",
                     .answer = "updated",
                     .changes = true,
                     .stores = true,
                     .is_mode = true,
                     .takes_if_match = true,
                     .variables = names_of_values,
                     .about = "Changes the variables of {one} that you supply.",
                     .describe = describe_update,
                     .begin = begin_write};

// The answer is that of the add or the update that was made. The row has the update's.
const Verb upsert = {.name = "upsert",
                     .answer = "updated",
                     .changes = true,
                     .when_found = &update,
                     .when_missing = &add,
                     .is_mode = true,
                     .takes_if_match = true,
                     .variables = names_of_values,
                     .about = "Changes {one}, or adds it if there is none.",
                     .describe = describe_upsert,
                     .begin = begin_write};

const Verb remove = {.name = "delete",
                     .answer = "deleted",
                     .changes = true,
                     .removes = true,
                     .takes_if_match = true,
                     .variables = names_of_removal,
                     .about = "Deletes {one}.",
                     .describe = describe_removal,
                     .begin = begin_write};

const Verb restore = {.name = "restore",
                      .answer = "restored",
                      .changes = true,
                      .restores = true,
                      .of_deleted = true,
                      .unsuited = keeps_nothing,
                      .variables = names_of_record,
                      .about = "Restores {one} that was deleted, with all that belongs to it.",
                      .describe = describe_change_of_record,
                      .begin = begin_write};

const Verb purge = {.name = "purge",
                    .answer = "purged",
                    .changes = true,
                    .removes = true,
                    .of_deleted = true,
                    .takes_long = true,
                    .unsuited = keeps_nothing,
                    .variables = names_of_record,
                    .about = "Removes {one} that was deleted for good, with all that belongs to it.",
                    .describe = describe_change_of_record,
                    .begin = begin_write};

const Verb get = {.name = "get",
                  .answer = "",
                  .many = true,
                  .selects = true,
                  .takes_if_match = true,
                  .variables = names_of_list,
                  .about = "Lists {many}.",
                  .describe = describe_get,
                  .begin = begin_list};

const Verb verify = {.name = "verify",
                     .answer = "verified",
                     .signs_in = true,
                     .variables = names_of_credentials,
                     .about = "Checks the password of {one}.",
                     .describe = describe_verify,
                     .begin = begin_sign_in};

const Verb import_ = {.name = "import",
                      .answer = "imported",
                      .many = true,
                      .takes_rows = true,
                      .variables = names_of_import,
                      .about = "Imports many {many} in one request.",
                      .describe = describe_import,
                      .begin = begin_import};

const Verb export_ = {.name = "export",
                      .answer = "",
                      .many = true,
                      .selects = true,
                      .gives_rows = true,
                      .variables = names_of_selectors,
                      .about = "Returns all {many} of a selection, as an import takes them.",
                      .describe = describe_export,
                      .begin = begin_export};

const Verb bring = {.name = "add",
                    .answer = "added",
                    .changes = true,
                    .adds = true,
                    .stores = true,
                    .brings = true,
                    .is_mode = true,
                    .variables = names_of_brought,
                    .about = "Adds {one} as it was elsewhere.",
                    .describe = describe_add,
                    .begin = begin_write};

}  // namespace verbs

}  // namespace helpdesk
