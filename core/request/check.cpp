#include "request/check.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <set>
#include <utility>

#include "key.h"
#include "password.h"
#include "pattern.h"
#include "text.h"

namespace helpdesk {
namespace {

// Checks one call. Each rule adds to `problems` and continues, so that the client learns of all problems at
// once.
class Checker {
  public:
    Checker(const Action& action, const Variables& input, const CheckOptions& options, Problems& problems)
        : action_(action), resource_(action.resource), input_{action.resource, input,
                                                              options,         action.verb.adds,
                                                              problems,        action.verb.brings} {}

    // Finds out which record the call is about.
    void find_record(Write& write) {
        const Variable* name = resource_.name();
        const std::string_view key = resource_.key.variable;
        const std::string* number = may_have_number() ? input_.variables.find(key) : nullptr;
        if (number == nullptr || number->empty()) {
            if (name != nullptr)
                write.identifier = identifier(*name);
            else if (!input_.adding)
                input_.problems.push_back({code::required, std::string(key), "is required"});
            return;
        }
        write.id = parse_id(*number);
        if (!write.id)
            input_.problems.push_back({code::invalid_number, std::string(key), std::string(id_form)});
        else if (input_.bringing && *write.id > most_brought_id)
            input_.problems.push_back(
                {code::out_of_range, std::string(key), "must be at most " + std::to_string(most_brought_id)});
        if (name != nullptr && !input_.get(name->name).empty())
            input_.problem(*name, code::ambiguous, "cannot be given beside " + std::string(key));
    }

    // `renames` says whether the call may give a new name.
    void parse_values(Write& write, bool renames) {
        write.values.reserve(resource_.variables.size());
        if (renames && !input_.adding)
            rename(write);
        for (const Variable& variable : resource_.variables) {
            if (&variable == resource_.name() || (input_.bringing && variable.name == resource_.part_of))
                continue;
            if (variable.kind->read_all != nullptr)
                add_all(variable, write);
            else if (variable.kind->read == nullptr)
                check_alone(variable);
            else if (const bool given = is_supplied(variable); given || input_.adding)
                parse_value(variable, given, write);
        }
    }

  private:
    bool may_have_number() const {
        return input_.bringing ? action_.knows(resource_.key.variable)
                               : resource_.known_by_number() && !input_.adding;
    }

    bool takes(const Variable& variable) const {
        if (input_.bringing)
            return may_be_brought(resource_, variable);
        return action_.verb.into.empty() ? may_be_supplied(variable, input_.adding)
                                         : action_.knows(variable.name);
    }

    bool is_supplied(const Variable& variable) const { return input_.has(variable.name) && takes(variable); }

    void rename(Write& write) {
        const Variable& variable = *resource_.name();
        const std::string name(resource_.renamed_by);
        const std::string* text = input_.variables.find(name);
        if (text == nullptr)
            return;
        Value value = Value::of(variable);
        value.text = text::trim(*text);
        if (text::is_blank(*value.text))
            input_.problems.push_back({code::required, name, "must not be empty"});
        if (text::length(*value.text) > variable.limit)
            input_.problems.push_back({code::too_long, name, too_long_text(variable)});
        write.values.push_back(std::move(value));
    }

    std::string identifier(const Variable& variable) {
        std::string text(text::trim(input_.get(variable.name)));
        if (text::is_blank(text))
            input_.problem(variable, code::required, "is required");
        input_.too_long(variable, text);
        return text;
    }

    void check_alone(const Variable& variable) {
        if (variable.kind->check_alone != nullptr)
            variable.kind->check_alone(input_, variable);
    }

    void add_all(const Variable& variable, Write& write) {
        Value value = Value::of(variable);
        value.given = takes(variable) && variable.kind->read_all(input_, value);
        if (value.given || input_.adding)
            write.values.push_back(std::move(value));
    }

    // Parses the value in its place, since there are dozens in an add.
    void parse_value(const Variable& variable, bool given, Write& write) {
        Value& value = write.values.emplace_back(Value::of(variable));
        value.given = given;
        if (!given)
            return omit(value);
        const std::string text(input_.get(variable.name));
        // A variable that had no value elsewhere gets none here.
        if (input_.bringing && text.empty())
            return omit(value);
        if (variable.required && text::is_blank(text) && (input_.adding || !variable.may_be_cleared))
            input_.problem(variable, code::required, input_.adding ? "is required" : "must not be empty");
        if (!variable.kind->read(input_, value, text))
            return write.values.pop_back();
        for (const Variable& other : resource_.variables)
            if (other.companion == variable.name && other.kind->read_beside != nullptr)
                other.kind->read_beside(input_, other, value);
    }

    void omit(Value& value) {
        const Variable& variable = *value.variable;
        if (variable.required && !(input_.bringing && variable.may_be_brought_empty))
            input_.problem(variable, code::required, "is required");
        if (variable.kind->omit != nullptr)
            variable.kind->omit(input_, value);
    }

    const Action& action_;
    const Resource& resource_;
    const Input input_;
};

}  // namespace

Value Value::of(const Variable& variable) {
    return {
        .variable = &variable, .text = {}, .items = {}, .dates_variable = nullptr, .dates = {}, .fields = {}};
}

const Value* Write::find(const Variable& variable) const {
    const auto found = std::find_if(values.begin(), values.end(),
                                    [&](const Value& value) { return value.variable == &variable; });
    return found == values.end() ? nullptr : &*found;
}

Value* Write::find(const Variable& variable) {
    return const_cast<Value*>(std::as_const(*this).find(variable));
}

std::string* Write::password() {
    const Variable* password = action->resource.password();
    Value* value = password == nullptr ? nullptr : find(*password);
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

// `called` is the action of the call: an upsert, or the action itself.
Write check_one(const Action& action, const Action& called, const Variables& variables,
                const CheckOptions& options, Problems& problems) {
    Write write{.action = &action, .identifier = {}, .id = {}, .values = {}};
    if (options.key != nullptr)
        write.key_name = options.key->name;
    Checker checker(action, variables, options, problems);
    checker.find_record(write);
    if (action.verb.stores)
        checker.parse_values(write, options.renames && called.knows(action.resource.renamed_by));
    return write;
}

}  // namespace

Write check(const Action& action, const Variables& variables, const CheckOptions& options,
            Problems& problems) {
    if (action.verb.when_missing == nullptr)
        return check_one(action, action, variables, options, problems);
    // An upsert must be valid as an add and as an update, so that its outcome does not depend on what is
    // stored. The add has all problems of the update except empty choices, which an add treats as omitted.
    Problems of_update;
    Write write = check_one(*find_action(action.resource, *action.verb.when_found), action, variables,
                            options, of_update);
    write.when_missing = std::make_unique<Write>(check_one(
        *find_action(action.resource, *action.verb.when_missing), action, variables, options, problems));
    for (Problem& problem : of_update)
        if (std::none_of(problems.begin(), problems.end(),
                         [&](const Problem& other) { return other.variable == problem.variable; }))
            problems.push_back(std::move(problem));
    return write;
}

namespace {

// An empty value may be a Y that a script lost.
bool check_switch(std::string_view name, const Variables& variables, Problems& problems) {
    const std::string* text = variables.find(name);
    const bool is_on = text != nullptr && text::equal_ignoring_case(*text, "Y");
    if (text != nullptr && !is_on && !text::equal_ignoring_case(*text, "N"))
        problems.push_back({code::invalid_choice, std::string(name), "must be Y or N"});
    return is_on;
}

}  // namespace

bool check_dry_run(const Variables& variables, Problems& problems) {
    return check_switch(dry_run_variable, variables, problems);
}

bool check_force(const Variables& variables, Problems& problems) {
    return check_switch(force_variable, variables, problems);
}

Write Parts::check_one(const Variables& part, Problems& problems) const {
    return helpdesk::check(*action_, part, options_, problems);
}

Write Parts::write(std::size_t part) const {
    Problems none;
    return check_one(all_.at(part), none);
}

void Parts::check(Problems& problems) const {
    std::set<std::string, std::less<>> seen;
    for (std::size_t i = 0; i < all_.size() && !are_enough(problems); ++i) {
        const Variables part = all_.at(i);
        Problems found = part.problems();
        if (part.complete())
            check_one(part, found);
        const std::string_view unique = part.get(resource().unique);
        if (!unique.empty() && !seen.emplace(unique).second)
            found.push_back({code::duplicate_value, std::string(resource().unique),
                             "is that of another " + std::string(resource().names.noun)});
        add_problems_of_part(resource(), i, found, problems);
    }
}

void add_problems_of_part(const Resource& resource, std::size_t part, const Problems& found,
                          Problems& problems) {
    const std::string element(resource.names.element);
    for (Problem problem : found) {
        problem.variable = element + (problem.variable.empty() ? "" : "_" + problem.variable);
        problem.text += " (" + element + " " + std::to_string(part + 1) + ")";
        problems.push_back(std::move(problem));
    }
}

SignInCheck check_sign_in(const Action& action, const Variables& variables, Problems& problems) {
    SignInCheck check{.action = &action, .identifier = {}, .password = {}};
    const Variable& identifier = *action.resource.name();
    const Variable& password = *action.resource.password();
    check.identifier = text::trim(variables.get(identifier.name));
    check.password = variables.get(password.name);
    if (text::is_blank(check.identifier))
        problems.push_back({code::required, std::string(identifier.name), "is required"});
    if (text::length(check.identifier) > identifier.limit)
        problems.push_back({code::too_long, std::string(identifier.name), too_long_text(identifier)});
    // A password that nobody can have is not an error: it is just a wrong one.
    if (check.password.empty())
        problems.push_back({code::required, std::string(password.name), "is required"});
    return check;
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
    constexpr std::size_t longest = 1024;  // longer than any address that can be stored
    return address.size() <= longest && !form.match(address).empty();
}

}  // namespace helpdesk
