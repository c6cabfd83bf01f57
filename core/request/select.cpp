#include "request/select.h"

#include <algorithm>

#include "date.h"
#include "request/check.h"
#include "text.h"

namespace helpdesk {
namespace {

constexpr std::string_view wildcard = "*";

class SelectionChecker {
  public:
    SelectionChecker(const Action& action, const Variables& input, Problems& problems)
        : action_(action), resource_(action.resource), input_(input), problems_(problems) {}

    void run(Selection& selection, std::size_t max_records) {
        for (const Selector& selector : resource_.selectors)
            if (action_.knows(selector.name))
                select(selector, selection);
        if (!any_selector_ && resource_.needs_selector)
            problem(resource_.known_by(), code::required,
                    "is required, \"*\" for all, or another selector: " + selector_names());
        if (action_.verb == Verb::export_)
            return;
        check_walk(selection);
        count_only(selection);
        order(selection);
        selection.limit = number("count", most_records).value_or(max_records);
        page(selection);
    }

  private:
    void problem(std::string_view variable, std::string_view code, std::string text) {
        problems_.push_back({code, std::string(variable), std::move(text)});
    }

    std::string selector_names() const {
        std::string names;
        for (const Selector& selector : resource_.selectors)
            if (selector.kind != SelectorKind::after_id)
                names += (names.empty() ? "" : ", ") + std::string(selector.name);
        return names;
    }

    void select(const Selector& selector, Selection& selection) {
        const std::string* text = input_.find(selector.name);
        // An empty value is no selector, but for `after`, where it is the start.
        if (text == nullptr || (text->empty() && selector.kind != SelectorKind::after))
            return;
        any_selector_ |= selector.kind != SelectorKind::after_id;
        if (selector.all && *text == wildcard) {
            wildcard_ = true;
            return;
        }
        Condition condition{&selector, {}};
        if (take_values(selector, *text, condition.values))
            selection.conditions.push_back(std::move(condition));
    }

    bool take_values(const Selector& selector, const std::string& text, std::vector<std::string>& values) {
        switch (selector.kind) {
            case SelectorKind::id:
            case SelectorKind::after_id:
                if (const auto id = parse_id(text)) {
                    values = {std::to_string(*id)};
                    return true;
                }
                problem(selector.name, code::invalid_number,
                        std::string(id_form) + (selector.all ? ", or * for all" : ""));
                return false;
            case SelectorKind::name:
                return names(selector, text, values);
            case SelectorKind::date_from:
            case SelectorKind::changed_since:
                return date(selector, text, parse_date(text), values);
            case SelectorKind::date_to:
                return date(selector, text, parse_date_end(text), values);
            case SelectorKind::located:
                if (!text::equal_ignoring_case(text, "Y") && !text::equal_ignoring_case(text, "N")) {
                    problem(selector.name, code::invalid_choice, "must be Y or N");
                    return false;
                }
                values = {text::equal_ignoring_case(text, "Y") ? "1" : "0"};
                return true;
            case SelectorKind::prefix_from:
            case SelectorKind::prefix_to:
            case SelectorKind::any_of:
            case SelectorKind::after:
                values = {std::string(text::trim(text))};
                return fits(selector, values.front());
        }
        return false;
    }

    bool fits(const Selector& selector, std::string_view text) {
        const Variable* name = resource_.name();
        const std::size_t limit = name != nullptr ? name->limit : Variable{}.limit;
        if (text::length(text) <= limit)
            return true;
        problem(selector.name, code::too_long, "is longer than " + std::to_string(limit) + " characters");
        return false;
    }

    bool names(const Selector& selector, const std::string& text, std::vector<std::string>& values) {
        if (selector.many)
            values = text::split_list(text, max_list_items + 1);
        else
            values = {std::string(text::trim(text))};
        if (values.size() > max_list_items) {
            problem(selector.name, code::too_many_values,
                    "has more than " + std::to_string(max_list_items) + " entries");
            return false;
        }
        if (values.empty()) {
            problem(selector.name, code::required, "names nobody");
            return false;
        }
        return std::all_of(values.begin(), values.end(),
                           [&](const std::string& value) { return fits(selector, value); });
    }

    bool date(const Selector& selector, std::string_view text, std::optional<std::string> date,
              std::vector<std::string>& values) {
        if (!date) {
            problem(selector.name, code::invalid_date, describe_bad_date(text));
            return false;
        }
        values = {std::move(*date)};
        return true;
    }

    // Keyset paging and the walk have an order of their own.
    void check_walk(const Selection& selection) {
        const Condition* walk = selection.find(SelectorKind::changed_since);
        const Condition* after_id = selection.find(SelectorKind::after_id);
        const Condition* after = selection.find(SelectorKind::after);
        if (after_id != nullptr && walk == nullptr)
            for (const Selector& selector : resource_.selectors)
                if (selector.kind == SelectorKind::changed_since)
                    problem(after_id->selector->name, code::required, "needs " + std::string(selector.name));
        if (after != nullptr && walk != nullptr)
            problem(after->selector->name, code::ambiguous,
                    "cannot be given beside " + std::string(walk->selector->name));
        const Condition* own_order = walk != nullptr ? walk : after;
        for (const std::string_view name : {"order", "order_direction", "page"})
            if (own_order != nullptr && !input_.get(name).empty())
                problem(name, code::ambiguous,
                        "cannot be given beside " + std::string(own_order->selector->name) +
                            ", which has an order of its own");
    }

    void count_only(Selection& selection) {
        const std::string_view text = input_.get("count_only");
        selection.count_only = text::equal_ignoring_case(text, "Y");
        if (!selection.count_only && !text.empty() && !text::equal_ignoring_case(text, "N"))
            problem("count_only", code::invalid_choice, "must be Y or N");
    }

    // A known output's name, and perhaps a direction: never SQL.
    void order(Selection& selection) {
        std::string_view text = text::trim(input_.get("order"));
        if (!text.empty()) {
            const std::size_t blank = text.find(' ');
            const std::string name = text::to_lower(text.substr(0, blank));
            selection.order = resource_.find_output(name);
            const bool is_list = selection.order != nullptr && selection.order->list != nullptr;
            const bool known_direction = blank == std::string_view::npos ||
                                         direction(text::trim(text.substr(blank + 1)), selection.descending);
            if (selection.order == nullptr || is_list || !known_direction)
                problem("order", code::invalid_order,
                        "must be the name of an output variable that is no list, followed by ASC, DESC or "
                        "nothing");
        }
        const std::string_view apart = text::trim(input_.get("order_direction"));
        if (apart.empty())
            return;
        const bool two_directions = text.find(' ') != std::string_view::npos;
        if (two_directions)
            problem("order_direction", code::ambiguous, "cannot be given beside a direction in order");
        else if (!direction(apart, selection.descending))
            problem("order_direction", code::invalid_order, "must be ASC or DESC");
    }

    static bool direction(std::string_view word, bool& descending) {
        descending = text::equal_ignoring_case(word, "DESC");
        return descending || text::equal_ignoring_case(word, "ASC");
    }

    std::optional<std::size_t> number(std::string_view name, std::size_t most) {
        const std::string_view text = input_.get(name);
        if (text.empty())
            return std::nullopt;
        const std::string form = "must be a whole number from 1 to " + std::to_string(most);
        const auto value = parse_id(text);
        if (!value)
            problem(name, code::invalid_number, form);
        else if (*value > most)
            problem(name, code::out_of_range, form);
        return value;
    }

    void page(Selection& selection) {
        // No table is longer, and their product is far from any limit.
        constexpr std::size_t most_pages = 1'000'000'000;
        const auto page = number("page", most_pages);
        if (!page)
            return;
        if (input_.get("count").empty())
            problem("count", code::required, "is required with page");
        if (!wildcard_)
            problem(resource_.known_by(), code::required, "must be * with page");
        selection.offset = (*page - 1) * selection.limit;
    }

    const Action& action_;
    const Resource& resource_;
    const Variables& input_;
    Problems& problems_;
    bool any_selector_ = false;
    bool wildcard_ = false;
};

}  // namespace

bool Selection::is_of_one() const {
    if (conditions.size() != 1 || order != nullptr || offset != 0 || count_only)
        return false;
    const Condition& condition = conditions.front();
    return condition.values.size() == 1 &&
           (condition.selector->kind == SelectorKind::id || condition.selector->kind == SelectorKind::name);
}

bool Selection::takes_long() const {
    constexpr std::size_t few_records = 64;
    for (const SelectorKind kind : {SelectorKind::id, SelectorKind::name})
        if (const Condition* condition = find(kind))
            return condition->values.size() > few_records;
    return order != nullptr || count_only || offset != 0 || limit > few_records;
}

const Condition* Selection::find(SelectorKind kind) const {
    const auto found = std::find_if(conditions.begin(), conditions.end(),
                                    [&](const Condition& c) { return c.selector->kind == kind; });
    return found == conditions.end() ? nullptr : &*found;
}

Selection check_selection(const Action& action, const Variables& variables, std::size_t max_records,
                          Problems& problems) {
    Selection selection{.action = &action, .conditions = {}};
    SelectionChecker(action, variables, problems).run(selection, max_records);
    return selection;
}

}  // namespace helpdesk
