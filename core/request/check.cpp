#include "request/check.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "date.h"
#include "password.h"
#include "pattern.h"
#include "request/access.h"
#include "text.h"

namespace helpdesk {
namespace {

std::string too_long_text(const Variable& variable) {
    return "is longer than " + std::to_string(variable.limit) + " characters";
}

// Checks one call. Each rule adds to `problems` and goes on, so that the client learns of all at once.
class Checker {
  public:
    Checker(const Action& action, const Variables& input, const CheckOptions& options, Problems& problems)
        : resource_(action.resource),
          input_(input),
          options_(options),
          problems_(problems),
          adding_(action.verb == Verb::add) {}

    // Which record the call is about.
    void find_record(Write& write) {
        const Variable* name = resource_.name();
        const std::string_view key = resource_.key.variable;
        const std::string* number = resource_.known_by_number() && !adding_ ? input_.find(key) : nullptr;
        if (number == nullptr || number->empty()) {
            if (name != nullptr)
                write.identifier = identifier(*name);
            else if (!adding_)
                problems_.push_back({code::required, std::string(key), "is required"});
            return;
        }
        write.id = parse_id(*number);
        if (!write.id)
            problems_.push_back({code::invalid_number, std::string(key), std::string(id_form)});
        if (name != nullptr && !input_.get(name->name).empty())
            problem(*name, code::ambiguous, "cannot be given beside " + std::string(key));
    }

    void take_values(Write& write) {
        write.values.reserve(resource_.variables.size());
        if (!resource_.renamed_by.empty() && !adding_)
            rename(write);
        for (const Variable& variable : resource_.variables) {
            if (variable.kind == Kind::identifier)
                continue;
            if (variable.kind == Kind::new_name || variable.kind == Kind::date_list)
                orphan(variable);
            else if (auto value = this->value(variable))
                write.values.push_back(std::move(*value));
        }
    }

  private:
    void problem(const Variable& variable, std::string_view code, std::string text) {
        problems_.push_back({code, std::string(variable.name), std::move(text)});
    }

    // On add an empty value is the same as an omitted one.
    bool supplied(std::string_view name) const {
        const std::string* value = input_.find(name);
        return value != nullptr && !(adding_ && value->empty());
    }

    bool too_long(const Variable& variable, std::string_view text) {
        if (variable.limit == 0 || text::length(text) <= variable.limit)
            return false;
        problem(variable, code::too_long, too_long_text(variable));
        return true;
    }

    void rename(Write& write) {
        const Variable& variable = *resource_.name();
        const std::string name(resource_.renamed_by);
        const std::string* text = input_.find(name);
        if (text == nullptr)
            return;
        Value value = Value::of(variable);
        value.text = text::trim(*text);
        if (text::is_blank(*value.text))
            problems_.push_back({code::required, name, "must not be empty"});
        if (text::length(*value.text) > variable.limit)
            problems_.push_back({code::too_long, name, too_long_text(variable)});
        write.values.push_back(std::move(value));
    }

    std::string identifier(const Variable& variable) {
        std::string text(text::trim(input_.get(variable.name)));
        if (text::is_blank(text))
            problem(variable, code::required, "is required");
        too_long(variable, text);
        return text;
    }

    // A companion is read with the variable it belongs to; alone, a list of dates is an error.
    void orphan(const Variable& variable) {
        if (variable.kind == Kind::date_list && !input_.get(variable.name).empty() &&
            !supplied(variable.companion))
            problem(variable, code::required, "needs " + std::string(variable.companion));
    }

    std::optional<Value> value(const Variable& variable) {
        Value value = Value::of(variable);
        if (variable.kind == Kind::coordinate)
            complete_pair(variable);
        if (!supplied(variable.name)) {
            if (!adding_)
                return std::nullopt;
            if (variable.required)
                problem(variable, code::required, "is required");
            fill_default(value);
            return value;
        }
        const std::string text(input_.get(variable.name));
        if (adding_ && variable.required && text::is_blank(text))
            problem(variable, code::required, "is required");
        switch (variable.kind) {
            case Kind::text:
            case Kind::email:
                too_long(variable, text);
                if (variable.kind == Kind::email)
                    email(variable, text);
                value.text = text;
                break;
            case Kind::password:
                if (text.empty())
                    return std::nullopt;
                too_long(variable, text);
                value.text = text;
                break;
            case Kind::choice:
                value.text = choice(variable, text);
                break;
            case Kind::coordinate:
                value.text = coordinate(variable, text);
                break;
            case Kind::reference:
                reference(value, text);
                break;
            case Kind::text_list:
            case Kind::email_list:
            case Kind::name_list:
            case Kind::id_list:
                list(value, text);
                break;
            case Kind::identifier:
            case Kind::new_name:
            case Kind::date_list:
                break;
        }
        return value;
    }

    static void fill_default(Value& value) {
        const Variable& variable = *value.variable;
        if (variable.kind == Kind::choice)
            value.text = variable.choices.front();
        else if (variable.kind != Kind::reference && variable.kind != Kind::coordinate)
            value.text = "";
    }

    // An empty value, which is no omitted one here, would give back what somebody took away: support=N.
    std::string choice(const Variable& variable, std::string_view text) {
        const auto found =
            std::find_if(variable.choices.begin(), variable.choices.end(),
                         [&](std::string_view choice) { return text::equal_ignoring_case(choice, text); });
        if (found != variable.choices.end())
            return std::string(*found);
        if (options_.reject_unknown_choices)
            problem(variable, code::invalid_choice, "must be " + text::join(variable.choices, " or "));
        return std::string(variable.choices.front());
    }

    // On update the stored companion counts too: that is the database layer's part.
    void complete_pair(const Variable& variable) {
        if (adding_ && !supplied(variable.name) && supplied(variable.companion))
            problem(variable, code::incomplete_coordinates,
                    "is required beside " + std::string(variable.companion));
    }

    std::optional<std::string> coordinate(const Variable& variable, const std::string& text) {
        if (text.empty())
            return std::nullopt;
        auto degrees = parse_degrees(text);
        if (!degrees) {
            problem(variable, code::invalid_number,
                    "must be a decimal number with at most " + std::to_string(most_decimals) + " decimals");
        } else if (!lies_within(*degrees, variable.range)) {
            const std::string range = std::to_string(variable.range);
            problem(variable, code::out_of_range, "must lie between -" + range + " and " + range);
        }
        return degrees;
    }

    void reference(Value& value, const std::string& given) {
        const Variable& variable = *value.variable;
        // As names are stored. A blank one stays the name of no row, rather than becoming an empty value.
        const std::string_view name = text::trim(given);
        const std::string text = name.empty() ? given : std::string(name);
        too_long(variable, text);
        if (!text.empty() || variable.reference->first_if_unknown)
            value.text = text;
        if (variable.companion.empty() || text != create_new)
            return;
        expect_right_to_create(variable);
        const Variable& companion = *resource_.find(variable.companion);
        value.new_name = text::trim(input_.get(companion.name));
        if (text::is_blank(value.new_name))
            problem(companion, code::required,
                    "is required with " + std::string(variable.name) + "=" + std::string(create_new));
        too_long(companion, value.new_name);
    }

    // A key with a list of actions makes no row by the way that it may not add by itself.
    void expect_right_to_create(const Variable& variable) {
        if (options_.key == nullptr)
            return;
        for (const Action& action : actions())
            if (action.verb == Verb::add && action.resource.table == variable.reference->table &&
                check_action(*options_.key, action))
                problem(variable, code::action_not_allowed,
                        "needs the action " + action.name + ", which is not allowed with this key");
    }

    void email(const Variable& variable, std::string_view text) {
        if (options_.check_email && !text.empty() && !is_email(text))
            problem(variable, code::invalid_email, "is not a valid e-mail address");
    }

    void list(Value& value, const std::string& text) {
        const Variable& variable = *value.variable;
        value.items = text::split_list(text, max_list_items + 1);
        if (value.items.size() > max_list_items)
            return problem(variable, code::too_many_values,
                           "has more than " + std::to_string(max_list_items) + " entries");
        for (const std::string& item : value.items)
            if (variable.kind != Kind::id_list && too_long(variable, item))
                break;
        if (variable.kind == Kind::id_list)
            ids(value);
        else
            fold_duplicates(value.items);
        if (variable.kind == Kind::email_list) {
            const auto bad = std::find_if_not(value.items.begin(), value.items.end(), is_email);
            if (options_.check_email && bad != value.items.end())
                problem(variable, code::invalid_email,
                        "holds \"" + *bad + "\", which is not a valid e-mail address");
        }
        for (const Variable& other : resource_.variables)
            if (other.kind == Kind::date_list && other.companion == variable.name)
                dates(other, value);
    }

    void ids(Value& value) {
        std::set<std::uint64_t> seen;
        for (std::string& item : value.items) {
            const auto id = parse_id(item);
            if (!id)
                return problem(*value.variable, code::invalid_number, "each ID " + std::string(id_form));
            item = std::to_string(*id);
            if (!seen.insert(*id).second)
                return problem(*value.variable, code::duplicate_value,
                               "holds the ID " + item + " more than once");
        }
    }

    static void fold_duplicates(std::vector<std::string>& items) {
        std::set<std::string> seen;
        std::erase_if(items,
                      [&](const std::string& item) { return !seen.insert(text::to_lower(item)).second; });
    }

    void dates(const Variable& variable, Value& value) {
        value.dates_variable = &variable;
        const std::string text(input_.get(variable.name));
        if (text.empty())
            return;
        for (const std::string& item : text::split_list(text, max_list_items + 1)) {
            const auto date = parse_date(item);
            if (!date)
                return problem(variable, code::invalid_date, "each " + describe_bad_date(item));
            value.dates.push_back(*date);
        }
        if (value.dates.size() != value.items.size())
            problem(variable, code::count_mismatch,
                    "must have as many dates as " + std::string(variable.companion) + " has IDs");
    }

    const Resource& resource_;
    const Variables& input_;
    const CheckOptions& options_;
    Problems& problems_;
    const bool adding_;
};

}  // namespace

Value Value::of(const Variable& variable) {
    return {.variable = &variable,
            .text = {},
            .items = {},
            .dates_variable = nullptr,
            .dates = {},
            .new_name = {}};
}

Value* Write::find(Kind kind) {
    const auto found = std::find_if(values.begin(), values.end(),
                                    [&](const Value& value) { return value.variable->kind == kind; });
    return found == values.end() ? nullptr : &*found;
}

std::string* Write::password() {
    Value* value = find(Kind::password);
    return value != nullptr && value->text && !value->text->empty() ? &*value->text : nullptr;
}

void Write::hash_password(int cost) {
    std::string& text = *password();
    std::string hash = helpdesk::hash_password(text, cost);
    if (when_missing) {
        std::string& same = *when_missing->password();
        cleanse(same);
        same = hash;
    }
    cleanse(text);
    text = std::move(hash);
}

namespace {

Write check_one(const Action& action, const Variables& variables, const CheckOptions& options,
                Problems& problems) {
    Write write{.action = &action, .identifier = {}, .id = {}, .values = {}};
    Checker checker(action, variables, options, problems);
    checker.find_record(write);
    if (action.verb == Verb::add || action.verb == Verb::update)
        checker.take_values(write);
    return write;
}

}  // namespace

Write check(const Action& action, const Variables& variables, const CheckOptions& options,
            Problems& problems) {
    if (action.verb != Verb::upsert)
        return check_one(action, variables, options, problems);
    // It must be good for both, so that its outcome does not hang on what is stored. The add has all problems
    // of the update but for empty choices, which it takes as omitted.
    Problems of_update;
    Write write = check_one(*find_action(action.resource, Verb::update), variables, options, of_update);
    write.when_missing = std::make_unique<Write>(
        check_one(*find_action(action.resource, Verb::add), variables, options, problems));
    for (Problem& problem : of_update)
        if (std::none_of(problems.begin(), problems.end(),
                         [&](const Problem& other) { return other.variable == problem.variable; }))
            problems.push_back(std::move(problem));
    return write;
}

SignInCheck check_sign_in(const Action& action, const Variables& variables, Problems& problems) {
    SignInCheck check{.action = &action, .identifier = {}, .password = {}};
    for (const Variable& variable : action.resource.variables) {
        const std::string_view text = variables.get(variable.name);
        if (variable.kind == Kind::identifier)
            check.identifier = text::trim(text);
        else if (variable.kind == Kind::password)
            check.password = text;
        else
            continue;
        if (text.empty() || (variable.kind == Kind::identifier && text::is_blank(text)))
            problems.push_back({code::required, std::string(variable.name), "is required"});
        // A password that nobody can have is just a wrong one.
        if (variable.kind == Kind::identifier && text::length(check.identifier) > variable.limit)
            problems.push_back({code::too_long, std::string(variable.name), too_long_text(variable)});
    }
    return check;
}

std::optional<std::string> parse_degrees(const std::string& text) {
    static const Pattern decimal("[+-]?([0-9]{1,20}(\\.[0-9]{0,9})?|\\.[0-9]{1,9})");
    if (text.size() > 64 || decimal.match(text).empty())
        return std::nullopt;
    return text.front() == '+' ? text.substr(1) : text;
}

// A comparison of the text's own digits: 90.000000001 must not round to 90.
bool lies_within(const std::string& degrees, int range) {
    const std::size_t point = degrees.find('.');
    const double whole = std::abs(std::stod(degrees.substr(0, point) + ".0"));
    const bool fraction =
        point != std::string::npos && degrees.find_first_not_of('0', point + 1) != std::string::npos;
    return whole < range || (whole == range && !fraction);
}

std::optional<std::uint64_t> parse_id(std::string_view text) {
    std::uint64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc() || end != text.data() + text.size() || id == 0)
        return std::nullopt;
    return id;
}

bool is_email(std::string_view address) {
    static const Pattern form(R"([^[:space:]@<>",;]+@[^[:space:]@<>",;.]+(\.[^[:space:]@<>",;.]+)+)");
    constexpr std::size_t longest = 1024;  // more than is stored of one
    return address.size() <= longest && !form.match(address).empty();
}

}  // namespace helpdesk
