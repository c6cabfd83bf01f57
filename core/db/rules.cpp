#include "db/rules.h"

#include <algorithm>
#include <stdexcept>

#include "db/statements/record_sql.h"
#include "decimal.h"

namespace helpdesk::db {
namespace {

bool gives(const Write& write, std::string_view variable) {
    return std::any_of(write.values.begin(), write.values.end(),
                       [&](const Value& value) { return value.given && value.variable->name == variable; });
}

bool applies(const Rule& rule, const Write& write) {
    const Verb& verb = write.action->verb;
    if (verb.removes)
        return rule.on_remove;
    if (verb.erases)
        return rule.on_erase;
    if (!verb.stores || !(verb.brings ? rule.on_bring : verb.adds ? rule.on_add : rule.on_update))
        return false;
    return rule.if_given.empty() ||
           std::any_of(rule.if_given.begin(), rule.if_given.end(),
                       [&](std::string_view variable) { return gives(write, variable); });
}

// Returns the output that shows a variable's value. Null: none does.
const Output* shown(const Resource& resource, const Variable& variable) {
    return variable.secret ? nullptr : resource.find_output(variable.name);
}

const Variable& variable_of(const Resource& resource, std::string_view name) {
    const Variable* variable = resource.find(name);
    if (variable == nullptr)
        throw std::logic_error("a rule of " + std::string(resource.names.many) + " knows a variable " +
                               std::string(name) + ", which there is none");
    return *variable;
}

std::string joined(const std::vector<std::string>& items) {
    std::string text;
    for (const std::string& item : items)
        text += (text.empty() ? "" : ",") + item;
    return text;
}

// Returns whether an update can change the variable so that answers show it.
bool counts_as_change(const Resource& resource, const Variable& variable) {
    return may_be_supplied(variable, false) && variable.kind->read != nullptr &&
           shown(resource, variable) != nullptr;
}

// Returns a value as the database would show it.
MaybeText text_of(const Value& value) {
    if (value.variable->list != nullptr)
        return value.items.empty() ? std::nullopt : MaybeText(joined(value.items));
    if (value.text && value.variable->kind->form == Form::decimal)
        return without_zeros(*value.text, value.variable->kind->decimals.least);
    return value.text;
}

// Returns the column that a rule sees of the row that a reference names: its name, or its number if it has no
// name or is not known by it.
std::string_view shown_column(const Reference& reference) {
    const std::string_view name =
        reference.by == Reference::By::id ? std::string_view() : name_column(reference);
    return name.empty() ? "id" : name;
}

// Returns the subquery for a column of the row that a reference names. In a transaction it locks the row,
// which may have been added while the statement waited for the record.
std::string referred_sql(const Reference& reference, std::string_view column, const std::string& id,
                         const RuledWrite& write) {
    if (const Output* output = reference.to().find_output(column);
        output != nullptr && output->list != nullptr) {
        std::string sql = list_sql(*output, id);
        return sql.insert(sql.rfind(')'), write.read_lock());
    }
    const std::size_t dot = column.find('.');
    if (const Variable* variable = reference.to().find(column.substr(0, dot));
        variable != nullptr && variable->reference != nullptr)
        return referred_sql(
            *variable->reference,
            dot == std::string_view::npos ? shown_column(*variable->reference) : column.substr(dot + 1),
            "(SELECT " + quoted(variable->column) + " FROM " + quoted(reference.to().table) +
                " WHERE id = " + id + std::string(write.read_lock()) + ")",
            write);
    return "(SELECT " + as_text(quoted(column)) + " FROM " + quoted(reference.to().table) +
           " WHERE id = " + id + std::string(write.read_lock()) + ")";
}

// Returns the expression for a variable's stored value.
std::string before_sql(const RuledWrite& write, const Variable& variable) {
    if (variable.reference != nullptr)
        return referred_sql(*variable.reference, shown_column(*variable.reference),
                            "record." + quoted(variable.column), write);
    std::string sql = selected(*shown(write.write().action->resource, variable));
    // A statement that waited for the record sees of other tables what was there before, unless it locks
    // them.
    if (variable.list != nullptr)
        sql.insert(sql.rfind(')'), write.read_lock());
    return sql;
}

}  // namespace

// The Change of a write: what its rules see of it, and do to it.
class PlannedChange final : public Change {
  public:
    enum class Phase { prepare, fill, check, also };

    PlannedChange(AppliedRules& rules, RuledWrite& write, Phase phase)
        : rules_(rules), write_(write), phase_(phase) {}

    bool adding() const override { return verb().adds; }
    bool updating() const override { return verb().stores && !verb().adds; }
    bool removing() const override { return verb().removes; }
    std::uint64_t number() const override { return write_.number(); }

    bool gives(std::string_view variable) const override { return db::gives(write_.write(), variable); }

    bool brings_parts() const override { return write_.write().parts.has_value(); }

    MaybeText before(std::string_view name) const override {
        expect(phase_ != Phase::prepare, "reads before the database was asked");
        if (const FieldChange* field = find_field(name))
            return field->before;
        return adding() ? std::nullopt : reading(AppliedRules::Of::before, find(name)).text;
    }

    MaybeText after(std::string_view name) const override {
        if (const FieldChange* field = find_field(name))
            return field->after;
        const Variable& variable = find(name);
        const Value* value = write_.value_after(variable);
        if (value == nullptr && adding() && &variable == resource().name())
            return write_.write().identifier;
        if (value == nullptr)
            return adding() || removing() || !is_stored(variable) ? std::nullopt : before(name);
        if (const auto set = rules_.shown_.find(&variable);
            set != rules_.shown_.end() && set->second && !write_.is_of_call(*value))
            return set->second;
        if (const auto* named = rules_.find(AppliedRules::Of::after, variable);
            named != nullptr && named->text && write_.is_of_call(*value))
            return named->text;
        return text_of(*value);
    }

    MaybeText referred(std::string_view variable, std::string_view column) const override {
        expect(phase_ != Phase::prepare, "reads before the database was asked");
        return reading(AppliedRules::Of::referred, find(variable), column).text;
    }

    const std::string& key_name() const override { return write_.write().key_name; }

    const std::string& now() const override {
        expect(phase_ != Phase::prepare, "reads the clock before the database was asked");
        return rules_.now_;
    }

    std::vector<std::string_view> changed() const override {
        std::vector<std::string_view> names;
        for (const auto& one : rules_.readings_)
            if (one.of == AppliedRules::Of::before && one.variable->kind->read != nullptr &&
                one.text.value_or("") != after(one.variable->name).value_or(""))
                names.push_back(one.variable->name);
        for (const FieldChange& field : write_.field_changes())
            if (field.is_change())
                names.push_back(field.name);
        return names;
    }

    void set(std::string_view variable, MaybeText text, MaybeText shown) override {
        expect(phase_ == Phase::prepare || phase_ == Phase::fill, "sets a value too late");
        expect(phase_ == Phase::prepare || !rules_.overlooks(resource(), find(variable)),
               "sets " + std::string(variable) + ", which it does not say");
        write_.set(find(variable), std::move(text));
        rules_.shown_[&find(variable)] = std::move(shown);
    }

    void refer_to_new(std::string_view variable, const std::string& name) override {
        expect(phase_ == Phase::prepare, "names a new row too late");
        write_.refer_to_new(find(variable), name);
    }

    void forbid(Problem problem) override {
        expect(phase_ == Phase::check, "forbids outside of its check");
        write_.refuse(std::move(problem));
    }

    void leave() override {
        expect(phase_ == Phase::check && !adding() && !removing(),
               "leaves a record outside of the check of an update");
        write_.leave();
    }

    void update(const Resource& resource, const std::string& number, Values values) override {
        expect(phase_ == Phase::check, "updates another record outside of its check");
        rules_.updated_first.push_back(std::make_unique<Beside>(resource, values, parse_id(number)));
        rules_.updated_first.back()->write.key_name = key_name();
    }

    void add(const Resource& resource, Values values) override {
        expect(phase_ == Phase::also, "adds a record too early");
        rules_.added.push_back(std::make_unique<Beside>(resource, values));
    }

    void add_words(const Resource& resource, const std::string& number, std::string text,
                   bool is_html) override {
        index(resource, number, {.text = std::move(text), .is_html = is_html});
    }

    void renew_words(const Resource& resource, const std::string& number) override {
        index(resource, number, {.renews = true});
    }

    void change_others(std::string_view variable, const std::string& from, const std::string& to) override {
        expect(phase_ == Phase::also, "changes other records too early");
        rules_.of_others.push_back({&find(variable), from, to});
    }

    void move(const Belongings& belongings, const std::string& to) override {
        expect(phase_ == Phase::also, "moves records too early");
        rules_.moved.push_back({belongings, parse_id(to).value_or(0)});
    }

    void merge(const std::string& into, const std::string& identifier) override {
        expect(phase_ == Phase::also && resource().merging != nullptr,
               "merges a record too early, or one that cannot be");
        rules_.merged = {parse_id(into).value_or(0), identifier};
    }

    void erase_traces() override {
        expect(phase_ == Phase::also && resource().erasing != nullptr,
               "erases traces too early, or of what cannot be erased");
        rules_.erases_traces = true;
    }

  private:
    void index(const Resource& resource, const std::string& number, IndexedText text) {
        text.index = resource.word_index;
        expect(phase_ == Phase::also && text.index != nullptr, "indexes words too early, or in no index");
        text.number = parse_id(number).value_or(0);
        rules_.indexed.push_back(std::move(text));
    }

    const FieldChange* find_field(std::string_view name) const {
        const std::vector<FieldChange>& all = write_.field_changes();
        const auto found = std::find_if(all.begin(), all.end(),
                                        [&](const FieldChange& field) { return field.name == name; });
        return found == all.end() ? nullptr : &*found;
    }

    void expect(bool holds, const std::string& what) const {
        if (!holds)
            throw std::logic_error("a rule of " + std::string(resource().names.many) + " " + what);
    }

    const Resource& resource() const { return write_.write().action->resource; }
    const Verb& verb() const { return write_.write().action->verb; }
    const Variable& find(std::string_view name) const { return variable_of(resource(), name); }

    const AppliedRules::Reading& reading(AppliedRules::Of of, const Variable& variable,
                                         std::string_view column = {}) const {
        const auto* found = rules_.find(of, variable, column);
        expect(found != nullptr, "uses " + std::string(variable.name) + ", which it does not read");
        return *found;
    }

    AppliedRules& rules_;
    RuledWrite& write_;
    const Phase phase_;
};

Beside::Beside(const Resource& resource, const Change::Values& values, std::optional<std::uint64_t> number)
    : action{.name = (number ? "update_" : "add_") + std::string(resource.names.one),
             .answer = {},
             .verb = number ? verbs::update : verbs::add,
             .resource = resource,
             .variables = {},
             .aliases = {},
             .variable_aliases = {},
             .about = {}},
      write{.action = &action, .identifier = {}, .id = number, .values = {}} {
    const Variables none;
    const CheckOptions options;
    Problems problems;
    const Input input{resource, none, options, !number, problems};
    for (const Variable& variable : resource.variables) {
        if (variable.kind->read == nullptr)
            continue;
        Value value = Value::of(variable);
        const auto given = std::find_if(values.begin(), values.end(),
                                        [&](const auto& one) { return one.first == variable.name; });
        value.given = given != values.end();
        if (value.given)
            value.text = given->second;
        else if (number)
            continue;
        else if (variable.kind->omit != nullptr)
            variable.kind->omit(input, value);
        if (&variable == resource.name())
            write.identifier = value.text.value_or("");
        else
            write.values.push_back(std::move(value));
    }
    for (const auto& [name, text] : values)
        variable_of(resource, name);
}

AppliedRules::AppliedRules(const Write& write) {
    const Resource& resource = write.action->resource;
    for (const Rule* rule : resource.rules)
        if (applies(*rule, write))
            rules_.push_back(rule);
    const bool adding = write.action->verb.adds;
    for (const Rule* rule : rules_) {
        for (const Variable& variable : resource.variables)
            if (rule->reads_changed && counts_as_change(resource, variable) &&
                (gives(write, variable.name) || sets(variable.name)))
                read(resource, variable, adding);
        for (const std::string_view name : rule->reads)
            read(resource, variable_of(resource, name), adding);
        for (const Referred& referred : rule->refers)
            add_reading({.of = Of::referred,
                         .variable = &variable_of(resource, referred.variable),
                         .column = referred.column});
    }
}

bool AppliedRules::has(Rule::Function Rule::*function) const {
    return std::any_of(rules_.begin(), rules_.end(),
                       [&](const Rule* rule) { return rule->*function != nullptr; });
}

bool AppliedRules::sets(std::string_view variable) const {
    return std::any_of(rules_.begin(), rules_.end(), [&](const Rule* rule) {
        return std::find(rule->sets.begin(), rule->sets.end(), variable) != rule->sets.end();
    });
}

bool AppliedRules::overlooks(const Resource& resource, const Variable& variable) const {
    return std::any_of(rules_.begin(), rules_.end(), [](const Rule* rule) { return rule->reads_changed; }) &&
           counts_as_change(resource, variable) && find(Of::before, variable) == nullptr;
}

bool AppliedRules::ask() const {
    return has(&Rule::fill) || has(&Rule::check) || has(&Rule::also);
}

std::string AppliedRules::shape() const {
    std::string shape;
    for (const Rule* rule : rules_)
        shape += " rule " + std::to_string(reinterpret_cast<std::uintptr_t>(rule));
    return shape;
}

void AppliedRules::read(const Resource& resource, const Variable& variable, bool adding) {
    const bool only_named = variable.reference != nullptr && !is_stored(variable);
    if (shown(resource, variable) == nullptr && !only_named)
        throw std::logic_error("a rule of " + std::string(resource.names.many) + " reads " +
                               std::string(variable.name) + ", which no answer shows");
    if (!adding && !only_named)
        add_reading({.of = Of::before, .variable = &variable});
    if (variable.reference != nullptr)
        add_reading({.of = Of::after, .variable = &variable});
}

void AppliedRules::add_reading(Reading reading) {
    if (find(reading.of, *reading.variable, reading.column) == nullptr)
        readings_.push_back(std::move(reading));
}

const AppliedRules::Reading* AppliedRules::find(Of of, const Variable& variable,
                                                std::string_view column) const {
    const auto found = std::find_if(readings_.begin(), readings_.end(), [&](const Reading& one) {
        return one.of == of && one.variable == &variable && one.column == column;
    });
    return found == readings_.end() ? nullptr : &*found;
}

void AppliedRules::add_question(const RuledWrite& write, Columns& columns,
                                std::vector<Parameter>& parameters) {
    if (!ask())
        return;
    now_place_ = columns.add(as_text("NOW()"));
    for (Reading& one : readings_) {
        one.place = 0;
        // What neither the call nor a rule gives stays as it was.
        if (one.of == Of::after && write.value_after(*one.variable) == nullptr)
            continue;
        if (one.of == Of::before) {
            one.place = columns.add(before_sql(write, *one.variable));
            continue;
        }
        const std::string_view column =
            one.of == Of::after ? shown_column(*one.variable->reference) : one.column;
        const std::string id = write.id_after(*one.variable, parameters);
        one.place = columns.add(referred_sql(*one.variable->reference, column, id, write));
    }
}

void AppliedRules::apply_answer(const RuledWrite& write, const Rows& row) {
    if (!ask())
        return;
    now_ = row.text(now_place_);
    for (Reading& one : readings_) {
        const Output* output = shown(write.write().action->resource, *one.variable);
        if (one.place == 0 || row.is_null(one.place))
            one.text = std::nullopt;
        else if (one.of == Of::before && output != nullptr)
            one.text = value_of(row, one.place, *output);
        else
            one.text = db::text_of(row, one.place, std::string(one.variable->name));
    }
}

void AppliedRules::prepare(RuledWrite& write) {
    PlannedChange change(*this, write, PlannedChange::Phase::prepare);
    for (const Rule* rule : rules_)
        if (rule->prepare != nullptr)
            rule->prepare(change);
}

void AppliedRules::fill_and_check(RuledWrite& write) {
    PlannedChange filled(*this, write, PlannedChange::Phase::fill);
    for (const Rule* rule : rules_)
        if (rule->fill != nullptr)
            rule->fill(filled);
    updated_first.clear();
    PlannedChange checked(*this, write, PlannedChange::Phase::check);
    for (const Rule* rule : rules_)
        if (rule->check != nullptr)
            rule->check(checked);
}

void AppliedRules::collect(RuledWrite& write) {
    added.clear();
    of_others.clear();
    moved.clear();
    merged.reset();
    erases_traces = false;
    indexed.clear();
    PlannedChange change(*this, write, PlannedChange::Phase::also);
    for (const Rule* rule : rules_)
        if (rule->also != nullptr)
            rule->also(change);
}

}  // namespace helpdesk::db
