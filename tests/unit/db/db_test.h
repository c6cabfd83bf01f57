// The fixture of tests of statements: requests as the checks give them, and a fake connection.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "db/fake_connection.h"
#include "db/group.h"

namespace helpdesk::db {

class DbTest : public testing::Test {
  protected:
    using Codes = std::vector<std::string>;

    // Returns a write as check() gives it for a good request.
    static Write checked(const Action& action, std::string_view query) {
        Variables variables;
        decode_form(query, variables);
        Problems problems;
        Write write = check(action, variables, {}, problems);
        for (const Problem& problem : problems)
            ADD_FAILURE() << query << ": " << problem.variable << " " << problem.text;
        return write;
    }
    static Write checked(std::string_view action, std::string_view query) {
        return checked(*find_action(action), query);
    }

    WriteResult store(const Write& write) { return db::write(attempt, write); }
    WriteResult store(std::string_view action, std::string_view query) {
        return store(checked(action, query));
    }

    // Carries out several writes of one action that come at once.
    std::vector<WriteResult> store_grouped(const Action& action, const std::vector<std::string>& queries) {
        std::vector<Write> writes;
        std::vector<const Write*> pointers;
        writes.reserve(queries.size());
        pointers.reserve(queries.size());
        for (const std::string& query : queries)
            writes.push_back(checked(action, query));
        for (const Write& write : writes)
            pointers.push_back(&write);
        return write_grouped(attempt, pointers);
    }
    std::vector<WriteResult> store_grouped(std::string_view action, const std::vector<std::string>& queries) {
        return store_grouped(*find_action(action), queries);
    }

    // Returns the answer to a write that is done, otherwise the codes of its problems.
    static std::string answer(const WriteResult& result) {
        std::string answer = result.problems.empty() ? result.answer : "";
        for (const Problem& problem : result.problems)
            answer += (answer.empty() ? "" : " ") + std::string(problem.code);
        return answer;
    }
    static Codes answers(const std::vector<WriteResult>& results) {
        Codes all;
        for (const WriteResult& result : results)
            all.push_back(answer(result));
        return all;
    }

    FakeConnection connection;
    Attempt attempt = attempts_on(connection);
};

}  // namespace helpdesk::db
