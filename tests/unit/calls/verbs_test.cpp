// Shows that a resource has the actions that it lists, that a new verb is one row, and that another name is
// one, too.
#include "model/verb.h"

#include <array>

#include "answer/openapi.h"
#include "answer/reference.h"
#include "call/incoming.h"
#include "calls/calls.h"
#include "json.h"

namespace helpdesk {
namespace {

// A ticket that is archived is written to the database as an update is.
class Archiving : public Work {
  public:
    Archiving(const Incoming& in, std::string name) : Work(in.settings, in.format), name_(std::move(name)) {}
    Step carry_out() override {
        fake_database().asked.push_back("archive " + name_);
        return {Stage::done};
    }

  protected:
    Reply answer() override { return make_reply({write_answer(format(), {{"archived_group", name_}})}); }
    std::uint64_t rows() const override { return 1; }

  private:
    const std::string name_;
};

// The one row of a new verb.
constexpr Verb archive = {
    .name = "archive",
    .answer = "archived",
    .changes = true,
    .variables =
        [](const Verb&, const Resource& resource) {
            return std::vector<std::string>{std::string(resource.known_by())};
        },
    .about = "Archives {one}.",
    .describe = [](const Action& action) { return "the `" + action.variables.front() + "` of one."; },
    .begin = [](const Incoming& in) -> std::unique_ptr<Work> {
        return std::make_unique<Archiving>(in, std::string(in.variables.get("name")));
    }};

// It reads get_tech_groups, and writes add_group; there is no delete.
constexpr std::array variables = {
    Variable{.name = "name", .kind = &kinds::identifier, .column = "name"},
    Variable{.name = "manager", .column = "manager"},
};
constexpr std::array selectors = {
    Selector{.name = "name", .finder = &finders::name, .columns = {"name"}, .all = true},
};
constexpr std::array group_verbs = {&verbs::add, &verbs::get, &archive};
constexpr std::array other_actions = {Alias{"get_groups", "get_tech_groups"},
                                      Alias{"add_tech_group", "add_group"}};
constexpr std::array other_variables = {Alias{"leader", "manager"}, Alias{"title", "name"}};

const Resource& groups() {
    static const Resource resource = with_outputs(
        {.names = {.one = "group", .many = "tech_groups", .element = "team", .noun = "office group"},
         .table = "tech_groups",
         .variables = variables,
         .selectors = selectors,
         .verbs = group_verbs,
         .action_aliases = other_actions,
         .variable_aliases = other_variables});
    return resource;
}

class Verbs : public Calls {
  protected:
    const std::vector<Action> actions_ = actions_of(groups());

    const Action& action(std::string_view name) const {
        return *std::find_if(actions_.begin(), actions_.end(),
                             [&](const Action& action) { return action.name == name; });
    }
    std::variant<Reply, std::unique_ptr<Call>> accepted(std::string_view name, std::string_view query) const {
        return accept(settings_, request(query), {&settings_.keys.front(), &action(name)});
    }
    std::unique_ptr<Call> call(std::string_view name, std::string_view query) const {
        return std::get<std::unique_ptr<Call>>(accepted(name, query));
    }
};

TEST_F(Verbs, AResourceHasTheActionsThatItLists) {
    Texts names;
    for (const Action& action : actions_)
        names.push_back(action.name + " " + action.answer);
    EXPECT_EQ(names, (Texts{"add_group added_group", "get_tech_groups tech_groups",
                            "archive_group archived_group"}));
}

TEST_F(Verbs, ANewVerbIsOneRow) {
    auto call = this->call("archive_group", "name=old");
    execute(call);
    EXPECT_NE(text(call->reply()).find("\"archived_group\":\"old\""), std::string::npos);
    EXPECT_EQ(database().asked, (Texts{"archive old"}));

    EXPECT_NE(reference_text(actions_).find(
                  "- `archive_group`: Archives an office group. Takes the `name` of one."),
              std::string::npos);
    const Json document{json_loads(openapi_document("/", "format", actions_).c_str(), 0, nullptr)};
    json_t* path = json_object_get(json_object_get(document.get(), "paths"), "/archive_group");
    json_t* post = json_object_get(path, "post");
    EXPECT_STREQ(json_string_value(json_object_get(post, "summary")), "Archives an office group.");
    // It takes an Idempotency-Key.
    EXPECT_EQ(json_array_size(json_object_get(post, "parameters")), 1U);
}

TEST_F(Verbs, AnElementAndARootAreTheResources) {
    settings_.format = Format::xml;
    database().read = [](const Reading& reading) {
        const std::size_t outputs = reading.selection.action->resource.outputs.size();
        reading.sink.record({.number = 1,
                             .version = 0,
                             .changed = 0,
                             .values = std::vector<std::string>(outputs, "1"),
                             .fields = {},
                             .left_out = {}});
        reading.position.found = true;
        return ReadResult{};
    };
    auto call = this->call("get_tech_groups", "name=x");
    execute(call);
    const std::string answer = text(call->reply());
    EXPECT_NE(answer.find("<tech_groups>"), std::string::npos) << answer;
    EXPECT_NE(answer.find("<team>"), std::string::npos) << answer;
}

TEST_F(Verbs, AnAliasOfAnActionIsRead) {
    EXPECT_EQ(action("get_tech_groups").aliases, (Texts{"get_groups"}));
    EXPECT_EQ(action("add_group").aliases, (Texts{"add_tech_group"}));
    EXPECT_TRUE(action("get_tech_groups").is_called("GET_groups"));
    EXPECT_FALSE(action("get_tech_groups").is_called("add_group"));
    EXPECT_NE(reference_text(actions_).find("Another name: `get_groups`."), std::string::npos);
}

TEST_F(Verbs, AnAliasOfAVariableIsRead) {
    settings_.reject_unknown = true;
    std::string manager;
    database().write = [&](const Write& write) {
        manager = write.values.front().text.value_or("");
        return WriteResult{};
    };
    auto call = this->call("add_group", "title=x&leader=ann");
    execute(call);
    EXPECT_EQ(manager, "ann");
    EXPECT_EQ(database().asked, (Texts{"write add_group x"}));
    EXPECT_NE(reference_text(actions_).find("`leader` is read as `manager`."), std::string::npos);
    const Json document{json_loads(openapi_document("/", "format", actions_).c_str(), 0, nullptr)};
    json_t* schemas = json_object_get(json_object_get(document.get(), "components"), "schemas");
    json_t* properties = json_object_get(json_object_get(schemas, "add_group"), "properties");
    EXPECT_TRUE(json_is_true(json_object_get(json_object_get(properties, "leader"), "deprecated")));

    // Where the action does not read the variable, neither does it read the alias.
    EXPECT_EQ(action("get_tech_groups").resolve("leader"), "");
    EXPECT_EQ(action("get_tech_groups").resolve("title"), "name");
}

TEST_F(Verbs, AVariableAndItsAliasAtOnceAreRefused) {
    auto accepted = this->accepted("add_group", "name=x&manager=ann&leader=bob");
    ASSERT_TRUE(std::holds_alternative<Reply>(accepted));
    EXPECT_NE(text(std::get<Reply>(accepted))
                  .find("manager: is given more than once, also by its other name leader"),
              std::string::npos);
}

}  // namespace
}  // namespace helpdesk
