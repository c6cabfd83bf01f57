// What the tests of calls share: a key, settings, and the way of a request through accept().
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "calls/fake_database.h"
#include "request/accept.h"

namespace helpdesk {

class Calls : public testing::Test {
  protected:
    using Stage = Call::Stage;
    using Texts = std::vector<std::string>;

    Calls() {
        fresh_database();
        settings_.database = &database_settings_;
        settings_.format = Format::json;
        settings_.bcrypt_cost = lowest_bcrypt_cost;
        settings_.keys = {{.name = "test", .hash = sha256("key")}};
    }

    FakeDatabase& database() { return fake_database(); }

    static Request request(std::string_view query) {
        Request request{.variables = {}, .api_key = "key", .authorization = {}, .accept = {}};
        decode_form(query, request.variables);
        return request;
    }
    static Request import_request(std::string_view query, std::string rows) {
        Request result = request(query);
        result.rows = std::make_shared<RowBody>(RowBody{RowFormat::csv, std::move(rows)});
        return result;
    }

    std::variant<Reply, std::unique_ptr<Call>> accepted(const Request& request) const {
        return accept(settings_, request, identify(settings_, request));
    }
    // The call that a good request becomes.
    std::unique_ptr<Call> call(const Request& request) const {
        auto result = accepted(request);
        if (auto* call = std::get_if<std::unique_ptr<Call>>(&result))
            return std::move(*call);
        ADD_FAILURE() << text(std::get<Reply>(result));
        throw std::runtime_error("refused");
    }
    std::unique_ptr<Call> call(std::string_view query) const { return call(request(query)); }

    // The refusal of a bad request.
    Reply refusal(const Request& request) const {
        auto result = accepted(request);
        if (auto* reply = std::get_if<Reply>(&result))
            return std::move(*reply);
        ADD_FAILURE() << "it was accepted";
        return {};
    }
    Reply refusal(std::string_view query) const { return refusal(request(query)); }

    static void execute(std::unique_ptr<Call>& call) { Call::execute({&call, 1}); }

    static std::string text(const Reply& reply) {
        std::string text;
        for (const std::string& piece : reply.body)
            text += piece;
        return text;
    }

    DatabaseSettings database_settings_;
    Settings settings_;
};

// What the database functions return of a call that fails.
inline Outcome failed(std::string_view code) {
    return {.problems = {{code, "", "why"}}, .log = "log"};
}
template <typename Result>
Result failed_as(std::string_view code) {
    Result result;
    static_cast<Outcome&>(result) = failed(code);
    return result;
}

}  // namespace helpdesk
