// The finders by texts that need not be unique.
#include "model/finder.h"
#include "model/resource.h"

namespace helpdesk {
namespace {

// Names the columns and lists by the variables that are stored there, as a client knows them. The variable
// with the selector's own name is `here`.
std::string places(const Resource& resource, const Selector& selector) {
    std::string text;
    const auto add = [&](std::string_view name) {
        text += (text.empty() ? "" : " or ") +
                (name == selector.name ? "here" : "in `" + std::string(name) + "`");
    };
    const auto name_of = [&](std::string_view otherwise, const auto& is_stored_there) {
        const auto variables = selector.through.empty() ? resource.variables : std::span<const Variable>();
        const auto found = std::find_if(variables.begin(), variables.end(), is_stored_there);
        return found == variables.end() ? otherwise : found->name;
    };
    for (const std::string_view column : selector.columns)
        add(name_of(column, [&](const Variable& variable) { return variable.column == column; }));
    for (const ListTable* list : selector.lists)
        add(name_of(list->column, [&](const Variable& variable) { return variable.list == list; }));
    return text;
}

}  // namespace

constexpr Finder finders::equals = {
    .read = read_texts,
    .meaning = compare_texts<Compare::equal>,
    .words = [](const Resource& resource, const Selector& selector) -> std::string {
        return std::string("those that have the value ") +
               (selector.many ? "or one of several between commas " : "") + places(resource, selector) +
               or_all(selector);
    },
    .reach = Reach::anywhere,
    .takes_several = true,
};

constexpr Finder finders::id_or_name = {
    .read = read_one_text,
    .meaning = compare_texts<Compare::id_or_name>,
    .words = [](const Resource&, const Selector&) -> std::string {
        return "the name or the ID; digits are an ID if there is such a one";
    },
    .unsuited = [](const Resource&, const Selector& selector) -> std::string_view {
        return selector.through.empty() ? "looks for what a reference names, but goes through none" : "";
    },
};

constexpr Finder finders::contains = {
    .read = read_one_text,
    .meaning = compare_texts<Compare::contains>,
    .words = [](const Resource& resource, const Selector& selector) -> std::string {
        return "those that have text with the value in it " + places(resource, selector);
    },
    .reach = Reach::anywhere,
};

}  // namespace helpdesk
