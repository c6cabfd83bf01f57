#include "answer/openapi.h"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "answer/codes.h"
#include "answer/format.h"
#include "answer/import_report.h"
#include "answer/problem.h"
#include "answer/reference.h"
#include "answer/row_writer.h"
#include "json.h"
#include "key.h"
#include "model/action.h"
#include "model/counting.h"
#include "model/fields.h"
#include "model/finder.h"
#include "model/merging.h"
#include "request/conditions.h"
#include "request/select.h"

namespace helpdesk {
namespace {

using json::Member;

Json reference_to(std::string_view kind, std::string_view name) {
    return json::object(
        Member{"$ref", json::string("#/components/" + std::string(kind) + "/" + std::string(name))});
}

// The properties of an object. Those of all fields are described by the pattern of their names.
class Properties {
  public:
    void add(std::string_view name, Json schema) {
        if (name == any_field)
            json::set(patterns_, field_pattern, std::move(schema));
        else
            json::set(named_, name, std::move(schema));
    }

    // Moves them to the schema of the object.
    void move_to(const Json& schema) {
        json::set(schema, "properties", std::move(named_));
        if (json_object_size(patterns_.get()) > 0)
            json::set(schema, "patternProperties", std::move(patterns_));
    }

  private:
    Json named_ = json::object();
    Json patterns_ = json::object();
};

Json text_schema() {
    return json::object(Member{"type", json::string("string")});
}

Json string_schema(std::string_view description) {
    return json::object(Member{"type", json::string("string")},
                        Member{"description", json::string(description)});
}

// Joins what a row is for with a second sentence on its values.
std::string described(std::string_view about, std::string values) {
    if (!values.empty() && values.front() >= 'a' && values.front() <= 'z')
        values.front() = static_cast<char>(values.front() - 'a' + 'A');
    return std::string(about) + " " + values + ".";
}

Json strings(const std::vector<std::string_view>& texts) {
    Json result = json::array();
    for (const std::string_view text : texts)
        json::append(result, json::string(text));
    return result;
}

Json schema(const Variable& variable, const Verb& verb) {
    const Description description = variable.kind->describe(variable);
    Json result = string_schema(described(variable.about, description.values));
    if (description.most_characters > 0)
        json::set(result, "maxLength", json::number(description.most_characters));
    if (!description.format.empty())
        json::set(result, "format", json::string(description.format));
    if (!description.choices.empty())
        json::set(result, description.only_choices ? "enum" : "examples", strings(description.choices));
    if (!description.by_default.empty() && verb.adds)
        json::set(result, "default", json::string(description.by_default));
    return result;
}

Json schema(const Resource& resource, const Selector& selector) {
    Json result = string_schema(described(selector.about, describe_selector(resource, selector)));
    if (!selector.finder->pattern.empty())
        json::set(result, "pattern", json::string(selector.finder->pattern));
    return result;
}

// A variable that has no row in the tables.
struct Common {
    std::string_view name;
    std::string_view description;
};

constexpr std::array common = {
    Common{"count", "The most records that the answer holds."},
    Common{"page", "The page of `count` records, from 1; needs a selector that is `*`."},
    Common{"count_only", "`Y`: the answer is only the number of records."},
    Common{"order", "An output variable to sort by, perhaps followed by ` ASC` or ` DESC`."},
    Common{"order_direction", "`ASC` or `DESC`."},
    Common{dry_run_variable, "`Y`: everything is looked up, and nothing is changed."},
    Common{force_variable, "`Y`: what would keep the record from being deleted goes with it."},
};

Json schema(const Action& action, std::string_view name) {
    if (action.verb.selects)
        for (const Selector& selector : action.resource.selectors)
            if (selector.name == name)
                return schema(action.resource, selector);
    if (const Variable* variable = action.resource.find(name))
        return schema(*variable, action.verb);
    if (name == mode_variable)
        return string_schema("The call that each row stands for: " + list_modes(action.resource, "`") +
                             "; omitted: the first of these.");
    for (const Common& known : common)
        if (known.name == name)
            return string_schema(known.description);
    if (name == action.resource.key.variable)
        return string_schema("The ID of the record.");
    Json renamed = schema(*action.resource.name(), action.verb);
    json::set(renamed, "description", json::string("The new name of the record."));
    return renamed;
}

bool is_required(const Action& action, std::string_view name) {
    if (action.verb.selects)
        return false;
    if (name == action.resource.key.variable)
        return action.resource.name() == nullptr;
    const Variable* variable = action.resource.find(name);
    if (variable == nullptr)
        return false;
    if (name == action.verb.into)
        return true;
    if (variable == action.resource.name())
        return action.verb.adds || !action.resource.known_by_number();
    return (action.verb.adds && variable->required) || action.verb.signs_in;
}

Json format_schema(const Action& action) {
    Json names = json::array();
    if (action.verb.gives_rows)
        for (const RowFormat format : row_formats)
            json::append(names, json::string(format_name(format)));
    else
        for (const Format format : answer_formats)
            json::append(names, json::string(format_name(format)));
    return json::object(Member{"type", json::string("string")}, Member{"enum", std::move(names)},
                        Member{"description", json::string("The format of the answer.")});
}

Json action_schema(const Action& action) {
    Json names = json::array(json::string(action.name));
    for (const std::string& alias : action.aliases)
        json::append(names, json::string(alias));
    return json::object(Member{"type", json::string("string")}, Member{"enum", std::move(names)},
                        Member{"default", json::string(action.name)},
                        Member{"description", json::string(action.about)});
}

Json alias_schema(const Alias& alias) {
    Json result = string_schema("Another name of `" + std::string(alias.of) + "`.");
    json::set(result, "deprecated", json::boolean(true));
    return result;
}

Json parameter(std::string_view name, bool required, Json schema) {
    return json::object(Member{"name", json::string(name)}, Member{"in", json::string("query")},
                        Member{"required", json::boolean(required)}, Member{"schema", std::move(schema)});
}

// In a query string, variables whose names follow a pattern are the members of one object.
Json parameter_of_fields(Json schema) {
    const char* description = json_string_value(json_object_get(schema.get(), "description"));
    Json members =
        json::object(Member{"type", json::string("object")}, Member{"description", json::string(description)},
                     Member{"patternProperties", json::object(Member{field_pattern, std::move(schema)})},
                     Member{"additionalProperties", json::boolean(false)});
    Json result = parameter(any_field, false, std::move(members));
    json::set(result, "style", json::string("form"));
    json::set(result, "explode", json::boolean(true));
    return result;
}

Json request_schema(const Action& action, std::string_view format_variable) {
    Properties properties;
    properties.add(action_variable, action_schema(action));
    Json required = json::array(json::string(action_variable));
    for (const std::string& name : action.variables) {
        properties.add(name, schema(action, name));
        if (is_required(action, name))
            json::append(required, json::string(name));
    }
    for (const Alias& alias : action.variable_aliases)
        properties.add(alias.name, alias_schema(alias));
    properties.add(format_variable, format_schema(action));
    Json result =
        json::object(Member{"type", json::string("object")}, Member{"required", std::move(required)});
    properties.move_to(result);
    return result;
}

Json header(std::string_view name, std::string_view description) {
    return json::object(Member{"name", json::string(name)}, Member{"in", json::string("header")},
                        Member{"required", json::boolean(false)},
                        Member{"schema", string_schema(description)});
}

// The headers that carry the key are in the securitySchemes instead.
void add_headers(const Action& action, Json& list) {
    if (action.verb.changes)
        json::append(list,
                     header(idempotency_key_header,
                            "The same value with the same request, its `If-Match` included, gives the first "
                            "answer again and does nothing. It must not be repeated or empty."));
    if (action.takes_if_match())
        json::append(list,
                     header(if_match_header,
                            "An `ETag`: the call is carried out only if the record has not changed since. It "
                            "must not be empty."));
}

Json parameters(const Action& action, std::string_view format_variable) {
    Json list = json::array(parameter(action_variable, true, action_schema(action)));
    for (const std::string& name : action.variables)
        json::append(list, name == any_field
                               ? parameter_of_fields(schema(action, name))
                               : parameter(name, is_required(action, name), schema(action, name)));
    for (const Alias& alias : action.variable_aliases)
        json::append(list, parameter(alias.name, false, alias_schema(alias)));
    json::append(list, parameter(format_variable, false, format_schema(action)));
    add_headers(action, list);
    return list;
}

Json record_schema(const Resource& resource) {
    Properties properties;
    for (const Output& output : resource.outputs)
        properties.add(output.name, text_schema());
    Json result = json::object(Member{"type", json::string("object")});
    properties.move_to(result);
    return result;
}

Json list_of(std::string_view root, Json item) {
    Json items = json::object(Member{"type", json::string("array")}, Member{"items", std::move(item)});
    return json::object(Member{"type", json::string("object")},
                        Member{"properties", json::object(Member{root, std::move(items)})},
                        Member{"required", json::array(json::string(root))});
}

// The first record has the totals. Each other record says what is wrong with a row.
Json import_schema(const Action& action) {
    Json properties = json::object();
    for (const std::string_view name : import_report_fields(action))
        json::set(properties, name, text_schema());
    return list_of(response_root, json::object(Member{"type", json::string("object")},
                                               Member{"properties", std::move(properties)}));
}

// A list that may be counted has two forms.
Json list_schema(const Action& action) {
    const Resource& resource = action.resource;
    Json records = list_of(action.answer, reference_to("schemas", resource.names.one));
    if (resource.counting == nullptr)
        return records;
    Json properties = json::object();
    for (const std::string_view name : count_outputs)
        json::set(properties, name, text_schema());
    Json counts = list_of(resource.counting->root, json::object(Member{"type", json::string("object")},
                                                                Member{"properties", std::move(properties)}));
    return json::object(Member{"oneOf", json::array(std::move(records), std::move(counts))});
}

Json answer_schema(const Action& action) {
    const Resource& resource = action.resource;
    if (action.verb.selects)
        return list_schema(action);
    if (action.verb.takes_rows)
        return import_schema(action);
    Json properties = json::object(Member{action.answer, text_schema()});
    if (action.verb.when_missing != nullptr)
        json::set(properties, find_action(resource, *action.verb.when_missing)->answer, text_schema());
    if (!action.verb.into.empty() && resource.merging != nullptr)
        for (const std::string_view name : outputs_of_merge(*resource.merging))
            json::set(properties, name, text_schema());
    if (action.verb.signs_in)
        for (const std::string_view name : resource.sign_in->outputs)
            json::set(properties, name, text_schema());
    return list_of(response_root, json::object(Member{"type", json::string("object")},
                                               Member{"properties", std::move(properties)}));
}

// The answer is the same in all formats, but only JSON's has a schema.
Json content(Json schema) {
    Json result =
        json::object(Member{media_type(Format::json), json::object(Member{"schema", std::move(schema)})});
    for (const Format format : {Format::xml, Format::url})
        json::set(result, media_type(format), json::object(Member{"schema", text_schema()}));
    return result;
}

Json row_content() {
    Json result = json::object();
    for (const RowFormat format : row_formats)
        json::set(result, media_type(format), json::object(Member{"schema", text_schema()}));
    return result;
}

std::string name_of(int status) {
    return "error_" + std::to_string(status);
}

// Lists the headers that tell a browser how to treat the answer.
Json response_headers(const Action& action) {
    const auto text = [](std::string_view description) {
        return json::object(Member{"schema", string_schema(description)});
    };
    Json headers = json::object(Member{"X-Content-Type-Options", text("nosniff")});
    if (action.verb.gives_rows)
        json::set(headers, "Content-Disposition", text("attachment, with a name for the file"));
    return headers;
}

Json responses(const Action& action) {
    Json done = action.verb.gives_rows ? row_content() : content(answer_schema(action));
    Json result = json::object(Member{"200", json::object(Member{"description", json::string("done")},
                                                          Member{"headers", response_headers(action)},
                                                          Member{"content", std::move(done)})});
    for (const auto& [status, codes] : codes_by_status())
        json::set(result, std::to_string(status), reference_to("responses", name_of(status)));
    return result;
}

Json operation(const Action& action, std::string_view id_suffix) {
    return json::object(Member{"operationId", json::string(action.name + std::string(id_suffix))},
                        Member{"summary", json::string(action.about)},
                        Member{"tags", json::array(json::string(action.resource.names.many))},
                        Member{"responses", responses(action)});
}

Json body_content(const Action& action) {
    Json result = json::object();
    for (const char* type : {"application/x-www-form-urlencoded", "multipart/form-data", "application/json"})
        json::set(result, type, json::object(Member{"schema", reference_to("schemas", action.name)}));
    return result;
}

// Says how a row has the parts of its record, for programs that divide files.
Json parts_of_rows(const Resource& resource) {
    const Resource& parts = resource.parts();
    Json columns = json::array();
    for (const std::string& name : find_action(parts, verbs::bring)->variables)
        json::append(columns, json::string(column_prefix(parts) + name));
    return json::object(Member{"list", json::string(parts.names.many)},
                        Member{"number", json::string(resource.key.variable)},
                        Member{"columns", std::move(columns)});
}

Json path(const Action& action, std::string_view format_variable) {
    if (action.verb.takes_rows) {
        Json post = operation(action, "");
        if (action.resource.parts != nullptr)
            json::set(post, "x-parts", parts_of_rows(action.resource));
        json::set(post, "parameters", parameters(action, format_variable));
        json::set(post, "requestBody",
                  json::object(Member{"required", json::boolean(true)}, Member{"content", row_content()}));
        return json::object(Member{"post", std::move(post)});
    }
    Json get = operation(action, "_by_url");
    json::set(get, "parameters", parameters(action, format_variable));
    Json post = operation(action, "");
    Json headers = json::array();
    add_headers(action, headers);
    json::set(post, "parameters", std::move(headers));
    json::set(post, "requestBody",
              json::object(Member{"required", json::boolean(true)}, Member{"content", body_content(action)}));
    return json::object(Member{"get", std::move(get)}, Member{"post", std::move(post)});
}

Json problem_schema(std::span<const Action> actions) {
    Json codes = json::array();
    for (const auto& [status, same_status] : all_codes(actions))
        for (const CodeAbout& one : same_status)
            json::append(codes, json::string(one.code));
    return json::object(
        Member{"type", json::string("object")},
        Member{"properties",
               json::object(Member{"error", string_schema("the variable, and what is wrong with it")},
                            Member{"code", json::object(Member{"type", json::string("string")},
                                                        Member{"enum", std::move(codes)})},
                            Member{"variable", string_schema("the variable at fault, or empty")})});
}

Json error_responses(std::span<const Action> actions) {
    Json result = json::object();
    for (const auto& [status, codes] : all_codes(actions)) {
        std::string description;
        for (const CodeAbout& one : codes)
            description += "- `" + std::string(one.code) + "`: " + one.about + "\n";
        json::set(result, name_of(status),
                  json::object(Member{"description", json::string(description)},
                               Member{"content",
                                      content(list_of(response_root, reference_to("schemas", "problem")))}));
    }
    return result;
}

Json api_key(std::string_view place, std::string_view name) {
    return json::object(Member{"type", json::string("apiKey")}, Member{"in", json::string(place)},
                        Member{"name", json::string(name)});
}

Json components(std::span<const Action> actions, std::string_view format_variable) {
    Json schemas = json::object(Member{"problem", problem_schema(actions)});
    for (const Action& action : actions) {
        json::set(schemas, action.name, request_schema(action, format_variable));
        if (action.verb.selects && !action.verb.gives_rows)
            json::set(schemas, action.resource.names.one, record_schema(action.resource));
    }
    Json bearer =
        json::object(Member{"type", json::string("http")}, Member{"scheme", json::string("bearer")});
    return json::object(
        Member{"schemas", std::move(schemas)}, Member{"responses", error_responses(actions)},
        Member{"securitySchemes", json::object(Member{"header", api_key("header", "X-API-Key")},
                                               Member{"bearer", std::move(bearer)},
                                               Member{"url", api_key("query", key_variable)})});
}

Json requirement(std::string_view scheme) {
    return json::object(Member{scheme, json::array()});
}

}  // namespace

std::string openapi_document(std::string_view base, std::string_view format_variable,
                             std::span<const Action> actions) {
    Json paths = json::object();
    for (const Action& action : actions)
        json::set(paths, std::string(base) + action.name, path(action, format_variable));
    const Json document = json::object(
        Member{"openapi", json::string("3.1.0")},
        Member{"info", json::object(Member{"title", json::string("Help desk API")},
                                    Member{"version", json::string("1")})},
        Member{"security", json::array(requirement("header"), requirement("bearer"), requirement("url"))},
        Member{"paths", std::move(paths)}, Member{"components", components(actions, format_variable)});
    return dump(document, JSON_INDENT(1));
}

}  // namespace helpdesk
