#include "request/select.h"

#include <algorithm>

#include "model/counting.h"
#include "model/fields.h"
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
                selector.finder->finds_fields ? select_fields(selector, selection)
                                              : select(selector, selection);
        if (!any_selector_ && resource_.needs_selector)
            problem(resource_.known_by(), code::required,
                    "is required (\"*\" selects all), unless another selector is given: " + selector_names());
        check_refined(selection);
        if (action_.verb.gives_rows)
            return;
        check_walk(selection);
        count_only(selection);
        order(selection);
        count_by(selection);
        const std::size_t most = selection.count_by != nullptr ? most_counts : most_records;
        selection.limit = std::min(number("count", most).value_or(max_records), most);
        page(selection);
    }

  private:
    void problem(std::string_view variable, std::string_view code, std::string text) {
        problems_.push_back({code, std::string(variable), std::move(text)});
    }

    std::string selector_names() const {
        std::string names;
        for (const Selector& selector : resource_.selectors)
            if (selector.finder->selects())
                names += (names.empty() ? "" : ", ") + std::string(selector.name);
        return names;
    }

    void select(const Selector& selector, Selection& selection) {
        const Finder& finder = *selector.finder;
        const std::string* text = input_.find(selector.name);
        // An empty value selects nothing, except for a keyset selector: there it means the first page.
        if (text == nullptr || (text->empty() && !finder.is_keyset()))
            return;
        any_selector_ |= finder.selects();
        if (selector.all && *text == wildcard)
            wildcard_ = true;
        else if (auto values = finder.read(selector, *text, problems_))
            selection.conditions.push_back({&selector, std::move(*values)});
    }

    void select_fields(const Selector& selector, Selection& selection) {
        std::size_t fields = 0;
        for (const Variables::Sent& sent : input_.all()) {
            if (!is_field(sent.name) || sent.value.empty())
                continue;
            any_selector_ = true;
            const auto number = field_number(sent.name);
            if (!number)
                problem(printable_name(sent.name), code::unknown_field, "there is no such field");
            else if (++fields > most_field_selectors)
                problem(sent.name, code::too_many_values,
                        "is one field more than the " + std::to_string(most_field_selectors) +
                            " by which a list can be selected");
            else
                selection.conditions.push_back({&selector, {std::to_string(*number), sent.value}});
        }
    }

    // Keyset paging and the walk bring their own order.
    void check_walk(const Selection& selection) {
        const Condition* walk = selection.walk();
        const Condition* keyset = selection.keyset();
        const Condition* position =
            selection.find([](const Finder& finder) { return finder.is_walk_position(); });
        if (position != nullptr && walk == nullptr)
            for (const Selector& selector : resource_.selectors)
                if (selector.finder->is_walk())
                    problem(position->selector->name, code::required, "needs " + std::string(selector.name));
        if (keyset != nullptr && walk != nullptr)
            problem(keyset->selector->name, code::ambiguous,
                    "cannot be given beside " + std::string(walk->selector->name));
        const Condition* own_order = walk != nullptr ? walk : keyset;
        for (const std::string_view name : {"order", "order_direction", "page"})
            if (own_order != nullptr && !input_.get(name).empty())
                problem(name, code::ambiguous,
                        "cannot be given beside " + std::string(own_order->selector->name) +
                            ", which has an order of its own");
    }

    void check_refined(const Selection& selection) {
        for (const Condition& condition : selection.conditions) {
            const Finder* refined = condition.selector->finder->refines;
            if (refined == nullptr ||
                std::any_of(selection.conditions.begin(), selection.conditions.end(),
                            [&](const Condition& other) { return other.selector->finder == refined; }))
                continue;
            for (const Selector& selector : resource_.selectors)
                if (selector.finder == refined && input_.get(selector.name).empty())
                    problem(condition.selector->name, code::required, "needs " + std::string(selector.name));
        }
    }

    void count_only(Selection& selection) {
        const std::string_view text = input_.get("count_only");
        selection.count_only = text::equal_ignoring_case(text, "Y");
        if (!selection.count_only && !text.empty() && !text::equal_ignoring_case(text, "N"))
            problem("count_only", code::invalid_choice, "must be Y or N");
    }

    void count_by(Selection& selection) {
        const Condition* condition = selection.find([](const Finder& finder) { return finder.counts; });
        if (condition == nullptr)
            return;
        const std::string_view name = condition->selector->name;
        selection.count_by = find_count_by(resource_, condition->values.front());
        if (selection.count_by == nullptr)
            problem(name, code::invalid_choice, "must be " + names_of_counts(resource_, ""));
        for (const std::string_view other : {"order", "order_direction", "page", "count_only"})
            if (!input_.get(other).empty())
                problem(other, code::ambiguous, "cannot be given beside " + std::string(name));
    }

    // Accepts the name of a known output, perhaps with a direction. No text of the client becomes SQL.
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
                        "must be the name of an output variable that is neither a list nor a count, and may "
                        "be followed by "
                        "ASC or DESC");
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
        // No table has more pages, and the product with the limit cannot overflow.
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
    return condition.values.size() == 1 && condition.selector->finder->unique;
}

std::string_view Selection::own_order() const {
    const Resource& resource = action->resource;
    const Condition* best = nullptr;
    for (const Condition& condition : conditions) {
        const Selector& selector = *condition.selector;
        if (!selector.is_of_one_column() || !selector.through.empty())
            continue;
        const Order order = selector.finder->order;
        if (!resource.order.empty() && order < Order::keyset)
            continue;
        if (order > (best == nullptr ? Order::none : best->selector->finder->order))
            best = &condition;
    }
    if (best != nullptr)
        return best->selector->columns.front();
    const Output* output = resource.find_output(resource.order);
    return output != nullptr ? output->column : "id";
}

bool Selection::is_brief() const {
    return std::any_of(conditions.begin(), conditions.end(), [](const Condition& condition) {
        return condition.selector->finder->leaves_out && condition.values.front() == "N";
    });
}

bool Selection::leaves_out(const Output& output) const {
    return is_unbounded(output) && is_brief();
}

const Condition* Selection::find(bool (*is)(const Finder&)) const {
    const auto found = std::find_if(conditions.begin(), conditions.end(),
                                    [&](const Condition& c) { return is(*c.selector->finder); });
    return found == conditions.end() ? nullptr : &*found;
}

const Condition* Selection::walk() const {
    return find([](const Finder& finder) { return finder.is_walk(); });
}

// A keyset selector that continues a walk does not begin a page.
const Condition* Selection::keyset() const {
    const Condition* found = find([](const Finder& finder) { return finder.is_keyset(); });
    const bool in_walk = found != nullptr && found->selector->finder->continues_walk && walk() != nullptr;
    return in_walk ? nullptr : found;
}

Selection check_selection(const Action& action, const Variables& variables, std::size_t max_records,
                          Problems& problems) {
    Selection selection{.action = &action, .conditions = {}};
    SelectionChecker(action, variables, problems).run(selection, max_records);
    return selection;
}

}  // namespace helpdesk
