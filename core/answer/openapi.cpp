#include "answer/openapi.h"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "answer/codes.h"
#include "answer/format.h"
#include "answer/problem.h"
#include "answer/reference.h"
#include "call/import.h"
#include "json.h"
#include "key.h"
#include "model/action.h"
#include "model/finder.h"
#include "request/conditions.h"
#include "request/select.h"

namespace helpdesk {
namespace {

constexpr std::array answer_formats = {Format::json, Format::xml, Format::url};

using namespace json;

Json reference_to(std::string_view kind, std::string_view name) {
    return object(Member{"$ref", string("#/components/" + std::string(kind) + "/" + std::string(name))});
}

Json string_schema(std::string_view description) {
    return object(Member{"type", string("string")}, Member{"description", string(description)});
}

// Joins what a row is for with a second sentence on its values.
std::string described(std::string_view about, std::string values) {
    if (!values.empty() && values.front() >= 'a' && values.front() <= 'z')
        values.front() = static_cast<char>(values.front() - 'a' + 'A');
    return std::string(about) + " " + values + ".";
}

Json strings(const std::vector<std::string_view>& texts) {
    Json result = array();
    for (const std::string_view text : texts)
        append(result, string(text));
    return result;
}

Json schema(const Variable& variable, const Verb& verb) {
    const Description description = variable.kind->describe(variable);
    Json result = string_schema(described(variable.about, description.values));
    if (description.most_characters > 0)
        set(result, "maxLength", number(description.most_characters));
    if (!description.format.empty())
        set(result, "format", string(description.format));
    if (!description.choices.empty())
        set(result, description.only_choices ? "enum" : "examples", strings(description.choices));
    if (!description.by_default.empty() && verb.adds)
        set(result, "default", string(description.by_default));
    return result;
}

Json schema(const Resource& resource, const Selector& selector) {
    Json result = string_schema(described(selector.about, describe_selector(resource, selector)));
    if (!selector.finder->pattern.empty())
        set(result, "pattern", string(selector.finder->pattern));
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
    Common{"count_only", "`Y`: the number of records alone."},
    Common{"order", "An output variable to sort by, perhaps followed by ` ASC` or ` DESC`."},
    Common{"order_direction", "`ASC` or `DESC`."},
    Common{mode_variable,
           "The call that each row is: `add`, which is what is meant without it, `update` or `upsert`."},
    Common{dry_run_variable, "`Y`: everything is looked up, and nothing changed."},
};

Json schema(const Action& action, std::string_view name) {
    if (action.verb.selects)
        for (const Selector& selector : action.resource.selectors)
            if (selector.name == name)
                return schema(action.resource, selector);
    if (const Variable* variable = action.resource.find(name))
        return schema(*variable, action.verb);
    for (const Common& known : common)
        if (known.name == name)
            return string_schema(known.description);
    if (name == action.resource.key.variable)
        return string_schema("The ID of the record.");
    Json renamed = schema(*action.resource.name(), action.verb);
    set(renamed, "description", string("The new name of the record."));
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
    if (variable == action.resource.name())
        return action.verb.adds || !action.resource.known_by_number();
    return (action.verb.adds && variable->required) || action.verb.signs_in;
}

Json format_schema(const Action& action) {
    Json names = array();
    if (action.verb.gives_rows)
        for (const RowFormat format : row_formats)
            append(names, string(format_name(format)));
    else
        for (const Format format : answer_formats)
            append(names, string(format_name(format)));
    return object(Member{"type", string("string")}, Member{"enum", std::move(names)},
                  Member{"description", string("The format of the answer.")});
}

Json action_schema(const Action& action) {
    Json names = array(string(action.name));
    for (const std::string& alias : action.aliases)
        append(names, string(alias));
    return object(Member{"type", string("string")}, Member{"enum", std::move(names)},
                  Member{"default", string(action.name)}, Member{"description", string(action.about)});
}

Json alias_schema(const Alias& alias) {
    Json result = string_schema("another name of `" + std::string(alias.of) + "`");
    set(result, "deprecated", boolean(true));
    return result;
}

Json parameter(std::string_view name, bool required, Json schema) {
    return object(Member{"name", string(name)}, Member{"in", string("query")},
                  Member{"required", boolean(required)}, Member{"schema", std::move(schema)});
}

Json request_schema(const Action& action, std::string_view format_variable) {
    Json properties = object(Member{action_variable, action_schema(action)});
    Json required = array(string(action_variable));
    for (const std::string& name : action.variables) {
        set(properties, name, schema(action, name));
        if (is_required(action, name))
            append(required, string(name));
    }
    for (const Alias& alias : action.variable_aliases)
        set(properties, alias.name, alias_schema(alias));
    set(properties, format_variable, format_schema(action));
    return object(Member{"type", string("object")}, Member{"properties", std::move(properties)},
                  Member{"required", std::move(required)});
}

Json header(std::string_view name, std::string_view description) {
    return object(Member{"name", string(name)}, Member{"in", string("header")},
                  Member{"required", boolean(false)}, Member{"schema", string_schema(description)});
}

// The headers that carry the key are in the securitySchemes instead.
void add_headers(const Action& action, Json& list) {
    if (action.verb.changes)
        append(list, header(idempotency_key_header,
                            "The same value with the same request, its `If-Match` included, gives the first "
                            "answer again and does nothing; it must come once, and not be empty."));
    if (action.takes_if_match())
        append(list, header(if_match_header,
                            "An `ETag`: the call is carried out only if nobody changed the record since; it "
                            "must not be empty."));
}

Json parameters(const Action& action, std::string_view format_variable) {
    Json list = array(parameter(action_variable, true, action_schema(action)));
    for (const std::string& name : action.variables)
        append(list, parameter(name, is_required(action, name), schema(action, name)));
    for (const Alias& alias : action.variable_aliases)
        append(list, parameter(alias.name, false, alias_schema(alias)));
    append(list, parameter(format_variable, false, format_schema(action)));
    add_headers(action, list);
    return list;
}

Json record_schema(const Resource& resource) {
    Json properties = object();
    for (const Output& output : resource.outputs)
        set(properties, output.name, object(Member{"type", string("string")}));
    return object(Member{"type", string("object")}, Member{"properties", std::move(properties)});
}

Json list_of(std::string_view root, Json item) {
    Json items = object(Member{"type", string("array")}, Member{"items", std::move(item)});
    return object(Member{"type", string("object")},
                  Member{"properties", object(Member{root, std::move(items)})},
                  Member{"required", array(string(root))});
}

// The first record has the totals. Each other record says what is wrong with a row.
Json import_schema(const Action& action) {
    Json properties = object();
    for (const std::string_view name :
         {std::string_view(action.answer), std::string_view("rows"), std::string_view("added"),
          std::string_view("updated"), std::string_view("existing"), std::string_view("failed"),
          dry_run_variable, std::string_view("more_problems"), std::string_view("line"),
          action.resource.known_by(), std::string_view("variable"), std::string_view("code"),
          std::string_view("error")})
        set(properties, name, object(Member{"type", string("string")}));
    return list_of(response_root,
                   object(Member{"type", string("object")}, Member{"properties", std::move(properties)}));
}

Json answer_schema(const Action& action) {
    const Resource& resource = action.resource;
    if (action.verb.selects)
        return list_of(action.answer, reference_to("schemas", resource.names.one));
    if (action.verb.takes_rows)
        return import_schema(action);
    Json properties = object(Member{action.answer, object(Member{"type", string("string")})});
    if (action.verb.when_missing != nullptr)
        set(properties, find_action(resource, *action.verb.when_missing)->answer,
            object(Member{"type", string("string")}));
    if (action.verb.signs_in)
        for (const std::string_view name : resource.sign_in->outputs)
            set(properties, name, object(Member{"type", string("string")}));
    return list_of(response_root,
                   object(Member{"type", string("object")}, Member{"properties", std::move(properties)}));
}

std::string_view media_type(Format format) {
    const std::string_view type = content_type(format);
    return type.substr(0, type.find(';'));
}

// The answer is the same in all formats, but only JSON's has a schema.
Json content(Json schema) {
    Json result = object(Member{media_type(Format::json), object(Member{"schema", std::move(schema)})});
    for (const Format format : {Format::xml, Format::url})
        set(result, media_type(format), object(Member{"schema", object(Member{"type", string("string")})}));
    return result;
}

Json row_content() {
    Json result = object();
    for (const RowFormat format : row_formats) {
        const std::string_view type = content_type(format);
        set(result, type.substr(0, type.find(';')),
            object(Member{"schema", object(Member{"type", string("string")})}));
    }
    return result;
}

std::string name_of(int status) {
    return "error_" + std::to_string(status);
}

// Lists the headers that tell a browser how to treat the answer.
Json response_headers(const Action& action) {
    const auto text = [](std::string_view description) {
        return object(Member{"schema", string_schema(description)});
    };
    Json headers = object(Member{"X-Content-Type-Options", text("nosniff")});
    if (action.verb.gives_rows)
        set(headers, "Content-Disposition", text("attachment, with a name for the file"));
    return headers;
}

Json responses(const Action& action) {
    Json done = action.verb.gives_rows ? row_content() : content(answer_schema(action));
    Json result = object(Member{
        "200", object(Member{"description", string("done")}, Member{"headers", response_headers(action)},
                      Member{"content", std::move(done)})});
    for (const auto& [status, codes] : codes_by_status())
        set(result, std::to_string(status), reference_to("responses", name_of(status)));
    return result;
}

Json operation(const Action& action, std::string_view id_suffix) {
    return object(Member{"operationId", string(action.name + std::string(id_suffix))},
                  Member{"summary", string(action.about)},
                  Member{"tags", array(string(action.resource.names.many))},
                  Member{"responses", responses(action)});
}

Json body_content(const Action& action) {
    Json result = object();
    for (const char* type : {"application/x-www-form-urlencoded", "multipart/form-data", "application/json"})
        set(result, type, object(Member{"schema", reference_to("schemas", action.name)}));
    return result;
}

Json path(const Action& action, std::string_view format_variable) {
    if (action.verb.takes_rows) {
        Json post = operation(action, "");
        set(post, "parameters", parameters(action, format_variable));
        set(post, "requestBody", object(Member{"required", boolean(true)}, Member{"content", row_content()}));
        return object(Member{"post", std::move(post)});
    }
    Json get = operation(action, "_by_url");
    set(get, "parameters", parameters(action, format_variable));
    Json post = operation(action, "");
    Json headers = array();
    add_headers(action, headers);
    set(post, "parameters", std::move(headers));
    set(post, "requestBody",
        object(Member{"required", boolean(true)}, Member{"content", body_content(action)}));
    return object(Member{"get", std::move(get)}, Member{"post", std::move(post)});
}

Json problem_schema(std::span<const Action> actions) {
    Json codes = array();
    for (const auto& [status, same_status] : all_codes(actions))
        for (const CodeAbout& one : same_status)
            append(codes, string(one.code));
    return object(
        Member{"type", string("object")},
        Member{"properties", object(Member{"error", string_schema("the variable, and what is wrong with it")},
                                    Member{"code", object(Member{"type", string("string")},
                                                          Member{"enum", std::move(codes)})},
                                    Member{"variable", string_schema("empty when none is at fault")})});
}

Json error_responses(std::span<const Action> actions) {
    Json result = object();
    for (const auto& [status, codes] : all_codes(actions)) {
        std::string description;
        for (const CodeAbout& one : codes)
            description += "- `" + std::string(one.code) + "`: " + one.about + "\n";
        set(result, name_of(status),
            object(Member{"description", string(description)},
                   Member{"content", content(list_of(response_root, reference_to("schemas", "problem")))}));
    }
    return result;
}

Json api_key(std::string_view place, std::string_view name) {
    return object(Member{"type", string("apiKey")}, Member{"in", string(place)},
                  Member{"name", string(name)});
}

Json components(std::span<const Action> actions, std::string_view format_variable) {
    Json schemas = object(Member{"problem", problem_schema(actions)});
    for (const Action& action : actions) {
        set(schemas, action.name, request_schema(action, format_variable));
        if (action.verb.selects && !action.verb.gives_rows)
            set(schemas, action.resource.names.one, record_schema(action.resource));
    }
    Json bearer = object(Member{"type", string("http")}, Member{"scheme", string("bearer")});
    return object(Member{"schemas", std::move(schemas)}, Member{"responses", error_responses(actions)},
                  Member{"securitySchemes", object(Member{"header", api_key("header", "X-API-Key")},
                                                   Member{"bearer", std::move(bearer)},
                                                   Member{"url", api_key("query", key_variable)})});
}

Json requirement(std::string_view scheme) {
    return object(Member{scheme, array()});
}

}  // namespace

std::string openapi_document(std::string_view base, std::string_view format_variable,
                             std::span<const Action> actions) {
    Json paths = object();
    for (const Action& action : actions)
        set(paths, std::string(base) + action.name, path(action, format_variable));
    const Json document = object(
        Member{"openapi", string("3.1.0")},
        Member{"info", object(Member{"title", string("Help desk API")}, Member{"version", string("1")})},
        Member{"security", array(requirement("header"), requirement("bearer"), requirement("url"))},
        Member{"paths", std::move(paths)}, Member{"components", components(actions, format_variable)});
    return dump(document, JSON_INDENT(1));
}

}  // namespace helpdesk
