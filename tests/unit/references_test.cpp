// Tests the statements of references: to records known by any name, in a scope, and of the same resource.
#include <gtest/gtest.h>

#include <array>

#include "db/statements/record_sql.h"
#include "db/statements/selection_sql.h"
#include "db/writer.h"
#include "model/validate.h"
#include "request/check.h"
#include "request/select.h"
#include "trial.h"

namespace helpdesk {
namespace {

using Texts = std::vector<std::string>;

std::string text_of(const db::Parameter& parameter) {
    if (const auto* text = std::get_if<std::string>(&parameter))
        return *text;
    const auto* number = std::get_if<std::uint64_t>(&parameter);
    return number == nullptr ? "NULL" : std::to_string(*number);
}

struct Sent {
    std::string sql;
    Texts values;
};

Sent sent(const std::string& sql, const std::vector<db::Parameter>& parameters) {
    Sent sent{sql, {}};
    for (const db::Parameter& parameter : parameters)
        sent.values.push_back(text_of(parameter));
    return sent;
}

// Takes one statement, and finds a record with it.
class OneStatement : public db::Connection {
  public:
    Sent statement;

    std::uint64_t largest_packet() const override { return 1 << 20; }
    void expect_room(const std::vector<db::Parameter>&) const override {}
    std::unique_ptr<db::Rows> query(const std::string&, const std::vector<db::Parameter>&) override {
        return std::make_unique<OneNumber>();
    }
    std::uint64_t execute(const std::string& sql, const std::vector<db::Parameter>& parameters) override {
        statement = sent(sql, parameters);
        return 1;
    }
    void begin() override {}
    void commit() override {}
    void rollback() override {}

  private:
    struct OneNumber : db::Rows {
        bool next() override { return true; }
        bool is_null(unsigned) const override { return false; }
        std::string text(unsigned) const override { return "1"; }
        std::uint64_t number(unsigned) const override { return 1; }
    };
};

// The answer to a question: a number for each column, of which 0 stands for NULL, or for false.
class Answer : public db::Rows {
  public:
    explicit Answer(std::vector<std::uint64_t> columns) : columns_(std::move(columns)) {}
    bool next() override { return true; }
    bool is_null(unsigned column) const override { return columns_.at(column - 1) == 0; }
    std::string text(unsigned column) const override { return "record " + std::to_string(number(column)); }
    std::uint64_t number(unsigned column) const override { return columns_.at(column - 1); }

  private:
    std::vector<std::uint64_t> columns_;
};

// One write on its way.
class Planned {
  public:
    Planned(std::string_view action, std::string_view query)
        : write_(read(*trial::find_action(action), query)), plan_(write_) {}

    Sent question() {
        const db::Statement statement = plan_.question(1);
        return sent(statement.sql, statement.parameters);
    }
    // Returns the problems once the question is answered: `code variable: text`.
    Texts problems(std::vector<std::uint64_t> answer) {
        question();
        plan_.apply_answer(Answer(std::move(answer)));
        Texts texts;
        for (const Problem& problem : plan_.problems)
            texts.push_back(std::string(problem.code) + " " + problem.variable + ": " + problem.text);
        return texts;
    }
    // The statement that stores the record.
    Sent stored(std::vector<std::uint64_t> answer) {
        EXPECT_EQ(problems(std::move(answer)), Texts{});
        OneStatement connection;
        db::WritePlan* const plans[] = {&plan_};
        if (plan_.adding())
            db::insert_records(connection, plans);
        else
            db::update_records(connection, plans);
        return connection.statement;
    }

  private:
    static Write read(const Action& action, std::string_view query) {
        Variables input;
        decode_form(query, input);
        Problems problems;
        Write write = check(action, input, {}, problems);
        EXPECT_TRUE(problems.empty());
        return write;
    }

    Write write_;
    db::WritePlan plan_;
};

std::string found(std::string_view query) {
    Variables input;
    decode_form(query, input);
    Problems problems;
    const Selection selection = check_selection(*trial::find_action("get_tickets"), input, 1000, problems);
    EXPECT_TRUE(problems.empty());
    db::Statement statement;
    db::add_selection(statement, selection, "", {});
    return statement.sql;
}

TEST(References, ContradictNothing) {
    const std::array<const Resource*, 4> resources = {&trial::technicians(), &trial::topics(),
                                                      &trial::sub_topics(), &trial::tickets()};
    EXPECT_EQ(validate(resources), Texts{});
}

TEST(References, AreResolvedByAnyNameInTheirScope) {
    const Sent question =
        Planned("add_ticket", "topic=Printer&sub_topic=Paper&assigned_to=ann&parent=7").question();
    EXPECT_EQ(question.sql,
              "SELECT 1, record.id, COALESCE((SELECT id FROM `trial_topics` WHERE `name` = ?)), "
              "COALESCE((SELECT id FROM `trial_sub_topics` WHERE `title` = ? AND `topic_id` = "
              "COALESCE((SELECT id FROM `trial_topics` WHERE `name` = ?)))), "
              "COALESCE((SELECT id FROM `trial_technicians` WHERE `uid` = ?)), "
              "COALESCE((SELECT id FROM `trial_tickets` WHERE `id` = ?)) "
              "FROM (SELECT 1) AS one LEFT JOIN `trial_tickets` AS record ON record.id = NULL");
    EXPECT_EQ(question.values, (Texts{"Printer", "Paper", "Printer", "ann", "7"}));
}

TEST(References, AreStoredInTheirScope) {
    const Sent insert = Planned("add_ticket", "subject=x&topic=Printer&sub_topic=Paper&assigned_to=ann")
                            .stored({1, 0, 10, 20, 30});
    EXPECT_EQ(
        insert.sql,
        "INSERT INTO `trial_tickets` (`subject`, `topic_id`, `sub_topic_id`, `technician_id`, `parent_id`) "
        "VALUES (?, COALESCE((SELECT id FROM `trial_topics` WHERE id = ? LOCK IN SHARE MODE), 0), "
        "COALESCE((SELECT id FROM `trial_sub_topics` WHERE id = ? AND `topic_id` = ? LOCK IN SHARE MODE), "
        "0), "
        "COALESCE((SELECT id FROM `trial_technicians` WHERE id = ? LOCK IN SHARE MODE), 0), ?)");
    EXPECT_EQ(insert.values, (Texts{"x", "10", "20", "10", "30", "NULL"}));
}

TEST(References, HaveTheStoredScopeWhereTheCallGivesNone) {
    Planned planned("update_ticket", "tid=7&sub_topic=12");
    EXPECT_EQ(
        planned.question().sql,
        "SELECT 1, record.id, COALESCE((SELECT id FROM `trial_sub_topics` WHERE `id` = ? AND `topic_id` = "
        "record.`topic_id`), (SELECT id FROM `trial_sub_topics` WHERE `title` = ? AND `topic_id` = "
        "record.`topic_id`)) FROM (SELECT 1) AS one LEFT JOIN `trial_tickets` AS record ON record.id = ?");
    const Sent update = planned.stored({1, 7, 20});
    EXPECT_EQ(update.sql,
              "UPDATE `trial_tickets` SET `sub_topic_id` = COALESCE((SELECT id FROM `trial_sub_topics` WHERE "
              "id = ? AND "
              "`topic_id` = `trial_tickets`.`topic_id` LOCK IN SHARE MODE), 0) WHERE id IN (?)");
    EXPECT_EQ(update.values, (Texts{"20", "7"}));
}

TEST(References, AreNotLeftBehindByTheirScope) {
    Planned planned("update_ticket", "tid=7&topic=Printer");
    EXPECT_EQ(
        planned.question().sql,
        "SELECT 1, record.id, COALESCE((SELECT id FROM `trial_topics` WHERE `name` = ?)), "
        "(record.`sub_topic_id` IS NULL OR EXISTS (SELECT id FROM `trial_sub_topics` WHERE id = "
        "record.`sub_topic_id` AND `topic_id` = COALESCE((SELECT id FROM `trial_topics` WHERE `name` = ?)))) "
        "FROM (SELECT 1) AS one LEFT JOIN `trial_tickets` AS record ON record.id = ?");
    const Sent update = planned.stored({1, 7, 10, 1});
    EXPECT_EQ(
        update.sql,
        "UPDATE `trial_tickets` SET `topic_id` = CASE WHEN (`trial_tickets`.`sub_topic_id` IS NULL OR EXISTS "
        "(SELECT id FROM `trial_sub_topics` WHERE id = `trial_tickets`.`sub_topic_id` AND `topic_id` = ? "
        "LOCK IN SHARE MODE)) THEN COALESCE((SELECT id FROM `trial_topics` WHERE id = ? LOCK IN SHARE MODE), "
        "0) ELSE 0 END WHERE id IN (?)");
    EXPECT_EQ(update.values, (Texts{"10", "10", "7"}));
    EXPECT_EQ(Planned("update_ticket", "tid=7&topic=Printer&sub_topic=").stored({1, 7, 10}).sql,
              "UPDATE `trial_tickets` SET `topic_id` = COALESCE((SELECT id FROM `trial_topics` WHERE id = ? "
              "LOCK IN SHARE "
              "MODE), 0), `sub_topic_id` = ? WHERE id IN (?)");
}

TEST(References, AreOneProblemEach) {
    EXPECT_EQ(Planned("update_ticket", "tid=7&topic=Printer").problems({1, 7, 10, 0}),
              Texts{"unknown_sub_topic sub_topic: the stored value is no sub-topic of this topic: supply "
                    "another one, or an empty value"});
    EXPECT_EQ(Planned("update_ticket", "tid=7&topic=").problems({1, 7, 0}),
              Texts{"unknown_sub_topic sub_topic: the stored value is no sub-topic of this topic: supply "
                    "another one, or an empty value"});
    EXPECT_EQ(Planned("update_ticket", "tid=7&topic=Prinetr").problems({1, 7, 0, 0}),
              Texts{"unknown_topic topic: no topic has the name or ID \"Prinetr\""});
    EXPECT_EQ(Planned("add_ticket", "topic=Prinetr&sub_topic=Paper").problems({1, 0, 0, 0}),
              Texts{"unknown_topic topic: no topic has the name or ID \"Prinetr\""});
    EXPECT_EQ(Planned("add_ticket", "topic=Printer&sub_topic=x").problems({1, 0, 10, 0}),
              Texts{"unknown_sub_topic sub_topic: no sub-topic of this topic has the title or ID \"x\""});
    EXPECT_EQ(Planned("add_ticket", "assigned_to=x").problems({1, 0, 0}),
              Texts{"unknown_tech assigned_to: no technician has the uid \"x\""});
    EXPECT_EQ(Planned("add_tech", "uid=bob&supervisor=x").problems({1, 0, 0, 0}),
              Texts{"unknown_supervisor supervisor: no supervisor has the uid \"x\""});
}

TEST(References, MayLeadToTheSameTable) {
    const std::string row =
        "COALESCE((SELECT id FROM (SELECT id FROM `trial_technicians` WHERE id = ? LIMIT 1 LOCK IN SHARE "
        "MODE) AS "
        "named), 0)";
    EXPECT_EQ(Planned("update_tech", "uid=bob&supervisor=ann").stored({1, 2, 2, 1}).sql,
              "UPDATE `trial_technicians` SET `supervisor_id` = " + row +
                  ", last_updated = SYSDATE() WHERE id IN (?)");
    EXPECT_EQ(Planned("add_tech", "uid=bob&supervisor=ann").stored({1, 0, 0, 1}).sql,
              "INSERT INTO `trial_technicians` (`uid`, `name`, `supervisor_id`, `active`) VALUES (?, ?, " +
                  row + ", ?)");
}

TEST(References, ShowWhatTheirRowSays) {
    const db::RecordSql& sql = db::record_sql(trial::tickets());
    EXPECT_EQ(sql.in_group,
              "record.`id`, record.`subject`, `of_topic`.`name`, record.`topic_id`, `of_sub_topic`.`title`, "
              "record.`sub_topic_id`, `of_assigned_to`.`uid`, `of_assigned_to`.`name`, "
              "`of_assigned_to`.`active`, CAST(`of_assigned_to`.`date_added` AS CHAR), record.`parent_id`");
    EXPECT_EQ(sql.joins,
              " LEFT JOIN `trial_topics` AS `of_topic` ON `of_topic`.id = record.`topic_id`"
              " LEFT JOIN `trial_sub_topics` AS `of_sub_topic` ON `of_sub_topic`.id = record.`sub_topic_id`"
              " LEFT JOIN `trial_technicians` AS `of_assigned_to` ON `of_assigned_to`.id = "
              "record.`technician_id`");
    Texts names;
    for (const Output& output : trial::tickets().outputs)
        names.push_back(output.name);
    EXPECT_EQ(names, (Texts{"ticket_id", "subject", "topic", "topic_id", "sub_topic", "sub_topic_id",
                            "assigned_to", "assigned_to_name", "active", "since", "parent"}));
}

TEST(References, AreLookedThrough) {
    EXPECT_EQ(found("uid=ann"),
              " FROM `trial_tickets` AS record JOIN `trial_technicians` AS via1 ON via1.id = "
              "record.`technician_id` "
              "WHERE via1.`uid` IN (?)");
    EXPECT_EQ(found("assigned_since=2024-01-02"),
              " FROM `trial_tickets` AS record JOIN `trial_technicians` AS via1 ON via1.id = "
              "record.`technician_id` "
              "WHERE via1.`date_added` >= ?");
}

TEST(References, AreDescribed) {
    const auto words = [](const Resource& resource, std::string_view name) {
        const Variable& variable = *resource.find(name);
        return variable.kind->describe(variable).values;
    };
    EXPECT_EQ(words(trial::tickets(), "assigned_to"), "the `uid` of a technician, otherwise `unknown_tech`");
    EXPECT_EQ(words(trial::tickets(), "parent"), "the ID of a ticket, otherwise `unknown_ticket`");
    EXPECT_EQ(words(trial::tickets(), "sub_topic"),
              "the `title` or ID of a sub-topic within the `topic`, otherwise `unknown_sub_topic`");
    EXPECT_EQ(words(trial::technicians(), "supervisor"),
              "the `uid` of a supervisor, otherwise `unknown_supervisor`");
}

}  // namespace
}  // namespace helpdesk
