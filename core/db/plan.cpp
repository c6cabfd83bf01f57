#include "db/plan.h"

#include <algorithm>

#include "db/statements/hidden.h"
#include "db/statements/record_sql.h"

namespace helpdesk::db {
namespace {

// The end of a subquery that locks its row until the transaction ends. Both servers understand this spelling.
constexpr std::string_view locking = " LOCK IN SHARE MODE";

}  // namespace

std::string key_column(const Write& write) {
    return "record." + (write.id ? "id" : quoted(write.action->resource.name()->column));
}

Parameter key_value(const Write& write) {
    return write.id ? Parameter(*write.id) : Parameter(write.identifier);
}

WritePlan::WritePlan(const Write& write, Of of, std::optional<std::uint64_t> owner)
    : identifier(write.identifier), write_(&write), is_beside_(of != Of::call), owner_(owner) {
    if (of != Of::rule) {
        rules_ = AppliedRules(write);
        fields_ = FieldValues(write);
    }
    make_targets();
}

void WritePlan::make_targets() {
    targets_.clear();
    filled_.clear();
    targets_.reserve(write_->values.size());
    for (const Value& value : write_->values)
        if (is_stored(*value.variable) || value.variable->reference != nullptr)
            name_rows(targets_.emplace_back(*write_, value));
    if (owner_)
        replace_target(*resource().find(resource().part_of), std::to_string(*owner_));
    rules_.prepare(*this);
}

void WritePlan::name_rows(Target& target) const {
    const Value& value = *target.value;
    const Reference* reference = target.reference();
    if (reference != nullptr && target.is_list())
        target.names.assign(value.items.begin(), value.items.end());
    else if (reference != nullptr && (value.text || (!leaves_empty(value) && has_row_for_none(*reference))))
        target.names.push_back(value.text);
}

// Returns whether a value that names no row stands for one all the same.
bool WritePlan::has_row_for_none(const Reference& reference) const {
    return reference.first_if_unknown || (reference.has_default && adding()) ||
           (!reference.first_with.empty() && !adding());
}

// What was brought without a value has none.
bool WritePlan::leaves_empty(const Value& value) const {
    return write_->action->verb.brings && value.given;
}

// A value that a rule sets takes the place of the call's.
Target& WritePlan::replace_target(const Variable& variable, std::optional<std::string> text) {
    filled_.push_back(std::make_unique<Value>(Value::of(variable)));
    filled_.back()->text = std::move(text);
    const auto found = std::find_if(targets_.begin(), targets_.end(), [&](const Target& target) {
        return target.value->variable == &variable;
    });
    Target target(*write_, *filled_.back());
    name_rows(target);
    return found == targets_.end() ? targets_.emplace_back(std::move(target)) : *found = std::move(target);
}

void WritePlan::set(const Variable& variable, std::optional<std::string> text) {
    replace_target(variable, std::move(text));
}

void WritePlan::refer_to_new(const Variable& variable, const std::string& name) {
    replace_target(variable, name).adds_row = true;
}

const Value* WritePlan::value_after(const Variable& variable) const {
    const auto found = std::find_if(targets_.begin(), targets_.end(), [&](const Target& target) {
        return target.value->variable == &variable;
    });
    return found == targets_.end() ? write_->find(variable) : found->value;
}

bool WritePlan::is_of_call(const Value& value) const {
    return std::none_of(filled_.begin(), filled_.end(),
                        [&](const std::unique_ptr<Value>& filled) { return filled.get() == &value; });
}

std::string WritePlan::id_after(const Variable& variable, std::vector<Parameter>& parameters) const {
    const auto found = std::find_if(targets_.begin(), targets_.end(), [&](const Target& target) {
        return target.value->variable == &variable;
    });
    if (found == targets_.end())
        return adding() || !is_stored(variable) ? "NULL" : "record." + quoted(variable.column);
    return found->names.empty() ? "NULL"
                                : id_query(*variable.reference, found->names.front(), asked_scope(variable),
                                           {.locks = locks_record(), .follows = true}, parameters);
}

std::string_view WritePlan::read_lock() const {
    return locks_record() ? locking : "";
}

// The sign-ins that a new name ends are those of the name that the record has at that moment.
bool WritePlan::can_share() const {
    if (write_->repeatable || !write_->if_match.empty() || (renames() && resource().sign_in != nullptr) ||
        write_->action->verb.brings || write_->forced || (adding() && resource().most != 0) ||
        (!adding() && (rules_.ask() || may_be_hidden(resource()))))
        return false;
    return std::none_of(targets_.begin(), targets_.end(), [&](const Target& target) {
        if (target.is_list())
            return !adding() || !target.value->items.empty();
        if (!target.value->fields.empty())
            return false;
        return target.adds_row || target.may_close_ring();
    });
}

// Returns the identifier that the call or a rule gives a stored record. Null: it keeps its own.
const Value* WritePlan::new_name() const {
    return adding() || resource().name() == nullptr ? nullptr : value_after(*resource().name());
}

std::string WritePlan::shape() const {
    std::string shape = write_->action->name + (write_->id ? " id" : "") + rules_.shape();
    for (const Target& target : targets_) {
        shape.append(" ").append(target.value->variable->name);
        for (const auto& name : target.names)
            shape += !name || name->empty() ? " first" : parse_id(*name) ? " id" : " name";
    }
    return shape;
}

bool WritePlan::adds_rows() const {
    return std::any_of(targets_.begin(), targets_.end(),
                       [](const Target& target) { return target.adds_row; });
}

bool WritePlan::names_no_rows() const {
    return std::all_of(targets_.begin(), targets_.end(),
                       [](const Target& target) { return target.names.empty() && target.bound().empty(); });
}

bool WritePlan::needs_question() const {
    return !adding() || needs_transaction() || rules_.ask() ||
           std::any_of(targets_.begin(), targets_.end(), [](const Target& target) {
               return !target.names.empty() && !target.reference()->first_if_unknown;
           });
}

Statement WritePlan::question(unsigned number) {
    const Variable* name = resource().name();
    Columns columns;
    std::vector<Parameter> parameters;
    columns.add(std::to_string(number));
    asked_ = {};
    // Forgets what rules filled in an earlier attempt.
    if (!rules_.empty())
        make_targets();
    asked_.id = columns.add("record.id");
    if (name != nullptr)
        asked_.identifier = columns.add("record." + quoted(name->column));
    if (!write_->if_match.empty())
        asked_.version = columns.add("record.version");
    if (adding() && resource().most != 0)
        asked_.count = columns.add("(SELECT COUNT(*) FROM " + quoted(resource().table) + ")");
    for (const Target& target : targets_)
        for (const auto& named : target.names)
            asked_.references.push_back(
                columns.add(id_query(*target.reference(), named, asked_scope(*target.value->variable),
                                     {.follows = true}, parameters)));
    for (const Target& target : targets_)
        for (const Variable* bound : target.bound())
            asked_.bound.emplace_back(
                bound, columns.add(is_in_scope(*bound->reference, "record." + quoted(bound->column),
                                               asked_scope(*bound), {}, parameters)));
    for (const Target& target : targets_)
        if (target.may_close_ring())
            asked_.rings.emplace_back(target.value->variable, columns.add(chain_of(target, parameters)));
    fields_.add_question(columns, parameters, read_lock());
    rules_.add_question(*this, columns, parameters);
    // The SELECT gives a row whether or not the record exists, so that all problems are known at once.
    std::string sql = "SELECT " + columns.sql() + " FROM (SELECT 1) AS one LEFT JOIN " +
                      quoted(resource().table) + " AS record ON " + found_by(parameters);
    if (locks_record())
        sql += " FOR UPDATE";
    return {.sql = std::move(sql), .parameters = std::move(parameters)};
}

// Returns the condition on the record that the write is about, or that it repeats.
std::string WritePlan::found_by(std::vector<Parameter>& parameters) const {
    if (!adding() || resource().name() != nullptr || write_->id) {
        parameters.push_back(key_value(*write_));
        return key_column(*write_) + " = ?" +
               (adding() ? "" : and_not_hidden(resource(), "record", write_->action->verb.of_deleted));
    }
    const Value* unique = resource().unique_repeats ? supplied(resource().unique) : nullptr;
    // It is about none. For ON FALSE, MariaDB would read all of the table.
    if (unique == nullptr || !unique->text)
        return "record.id = NULL";
    parameters.emplace_back(*unique->text);
    return "record." + quoted(unique->variable->column) + " = ?";
}

void WritePlan::apply_answer(const Rows& row) {
    auto column = asked_.references.begin();
    for (Target& target : targets_) {
        target.ids.clear();
        for (std::size_t i = 0; i < target.names.size(); ++i, ++column)
            target.ids.push_back(row.is_null(*column) ? std::nullopt : std::optional(row.number(*column)));
    }
    const bool exists = !row.is_null(asked_.id);
    is_repeat_ = adding() && exists && resource().unique_repeats;
    if (is_repeat_) {
        record_id = row.number(asked_.id);
        return;
    }
    if (adding() && exists) {
        problems.push_back(already_exists());
    } else if (!adding() && !exists) {
        problems.push_back(not_found());
    } else if (exists) {
        record_id = row.number(asked_.id);
        if (asked_.identifier != 0)
            identifier = text_of(row, asked_.identifier, std::string(resource().known_by()));
        check_bound(row);
        check_rings(row);
    }
    if (asked_.count != 0 && row.number(asked_.count) >= resource().most)
        problems.push_back(full());
    if (exists != adding()) {
        fields_.apply_answer(row, problems);
        rules_.apply_answer(*this, row);
        rules_.fill_and_check(*this);
    }
    for (Target& target : targets_)
        target.scope = stored_scope(*target.value->variable);
    if (exists && !adding())
        check_version(row);
    check_references();
}

void WritePlan::check_version(const Rows& row) {
    if (asked_.version == 0)
        return;
    version_ = row.number(asked_.version);
    if (!matches(write_->if_match, entity_tag_of(version_)))
        problems.push_back(precondition_failed(resource().names.noun));
}

void ask_together(Connection& connection, std::span<WritePlan* const> plans) {
    std::vector<SameQuestion> questions;
    for (WritePlan* plan : plans)
        questions.push_back({plan});
    ask_together(connection, questions);
}

// The SQL of one shape is the same.
std::vector<SameQuestion> same_questions(std::span<WritePlan* const> plans) {
    std::vector<SameQuestion> questions;
    std::vector<std::vector<Parameter>> asked;
    for (WritePlan* plan : plans) {
        std::vector<Parameter> parameters = plan->question(0).parameters;
        const auto same = std::find(asked.begin(), asked.end(), parameters);
        if (same != asked.end()) {
            questions[static_cast<std::size_t>(same - asked.begin())].push_back(plan);
            continue;
        }
        asked.push_back(std::move(parameters));
        questions.push_back({plan});
    }
    return questions;
}

void ask_together(Connection& connection, std::span<const SameQuestion> questions) {
    Statement all;
    for (unsigned i = 0; i < questions.size(); ++i) {
        Statement one;
        for (WritePlan* plan : questions[i]) {
            one = plan->question(i);
            plan->problems.clear();
        }
        all.sql += (i == 0 ? "" : " UNION ALL ") + one.sql;
        std::move(one.parameters.begin(), one.parameters.end(), std::back_inserter(all.parameters));
    }
    const auto row = connection.query(all.sql, all.parameters);
    while (row->next())
        for (WritePlan* plan : questions[row->number(WritePlan::question_number)])
            plan->apply_answer(*row);
}

Problem WritePlan::not_found() const {
    const std::string text = "there is no " + std::string(resource().names.noun);
    if (write_->id)
        return {code::not_found, std::string(resource().key.variable),
                text + " with the ID " + std::to_string(*write_->id)};
    return {code::not_found, std::string(resource().known_by()), text + " \"" + write_->identifier + "\""};
}

Problem WritePlan::missed() const {
    if (write_->only_if.empty())
        return not_found();
    return {code::overloaded, "",
            "the " + std::string(resource().names.noun) + " was changed in the meantime, try again"};
}

// The identifier is taken: that of an add, or the new one of an update.
Problem WritePlan::already_exists() const {
    const std::string noun(resource().names.noun);
    if (adding() && write_->id)
        return {code::already_exists, std::string(resource().key.variable),
                "the " + noun + " " + std::to_string(*write_->id) + " already exists"};
    if (resource().name() == nullptr) {
        const Value* taken = supplied(resource().unique);
        return {code::already_exists, std::string(resource().unique),
                taken != nullptr ? "the " + noun + " \"" + taken->text.value_or("") + "\" already exists"
                                 : "another " + noun + " like it already exists"};
    }
    const Value* renamed = new_name();
    const std::string& name = renamed != nullptr ? *renamed->text : write_->identifier;
    const bool is_of_call = renamed != nullptr && this->is_of_call(*renamed);
    return {code::already_exists, std::string(is_of_call ? resource().renamed_by : resource().known_by()),
            "the " + noun + " \"" + name + "\" already exists"};
}

const Value* WritePlan::into() const {
    return supplied(write_->action->verb.into);
}

bool WritePlan::ends_record() const {
    return removing() || (!write_->action->verb.into.empty() && resource().merging != nullptr);
}

const Value* WritePlan::supplied(std::string_view name) const {
    const auto found = std::find_if(write_->values.begin(), write_->values.end(),
                                    [&](const Value& value) { return value.variable->name == name; });
    return found == write_->values.end() ? nullptr : &*found;
}

Problem WritePlan::full() const {
    return {code::too_many_values, "",
            "there may be at most " + std::to_string(resource().most) + " " +
                std::string(resource().names.noun) + "s"};
}

Problem WritePlan::in_use() const {
    const std::string_view variable = write_->id ? resource().key.variable : resource().known_by();
    return {code::in_use, std::string(variable),
            "the " + std::string(resource().names.noun) + " " +
                (identifier.empty() ? std::to_string(record_id) : "\"" + identifier + "\"") +
                " is still in use"};
}

Problem WritePlan::too_large(std::uint64_t most) const {
    const auto size = [](const Value& value) { return value.text ? value.text->size() : 0; };
    const auto longest =
        std::max_element(write_->values.begin(), write_->values.end(),
                         [&](const Value& one, const Value& other) { return size(one) < size(other); });
    return {code::payload_too_large,
            std::string(longest == write_->values.end() ? resource().known_by() : longest->variable->name),
            "is larger than the database server accepts, " + std::to_string(most) + " bytes in all"};
}

std::string WritePlan::entity_tag_of(std::uint64_t version) const {
    return entity_tag(std::to_string(record_id), std::to_string(version));
}

std::uint64_t WritePlan::answered_number() const {
    if (rules_.merged)
        return rules_.merged->number;
    return into() == nullptr ? record_id : parse_id(into()->text.value_or("")).value_or(0);
}

WriteResult WritePlan::result() const {
    WriteResult result;
    result.problems = problems;
    result.added = adding();
    result.repeated = is_repeat_;
    result.told = told;
    if (!write_->if_match.empty() && !ends_record())
        result.entity_tag = entity_tag_of(version_ + (targets_.empty() ? 0 : 1));
    if (resource().key.answered) {
        result.answer = std::to_string(answered_number());
        return result;
    }
    result.answer = identifier;
    result.was = identifier;
    if (rules_.merged)
        result.answer = rules_.merged->identifier;
    if (renames())
        result.answer = new_name()->text.value_or("");
    return result;
}

}  // namespace helpdesk::db
