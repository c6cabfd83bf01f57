// Carries out calls in groups, as a worker hands them over, and one by one, each on a database of its own.
//
//   helpdesk_group_check SOCKET USER PASSWORD DATABASE MODE < query strings, one a line, groups apart by
//   blank lines
//
// Knows the actions of the module, and those of trial.h. MODE is `grouped` or `single`; `module`: grouped,
// and without the trial's actions; or `located`: grouped, with a geocoder that finds every address at one
// place. Prints status and body of each call, in the order of the input.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <string>
#include <utility>

#include "call/call.h"
#include "check_database.h"
#include "request/accept.h"
#include "trial.h"

namespace {

using namespace helpdesk;

void print(const Reply& reply) {
    std::printf("%d ", reply.status);
    for (const std::string& piece : reply.body)
        std::printf("%s", piece.c_str());
    std::printf("\n");
}

// Answers what the calls ask the geocoder. All that then need the database go to it together.
void locate(std::vector<std::unique_ptr<Call>>& calls) {
    for (const auto& call : calls)
        if (call->stage() == Call::Stage::ask)
            call->apply_reply({.status = 200, .body = R"([{"lat":"41.5","lon":"12.25"}])"});
    const auto end = std::stable_partition(
        calls.begin(), calls.end(), [](const auto& call) { return call->stage() == Call::Stage::database; });
    Call::execute({calls.begin(), end});
}

// The trial's, which go before the module's, or none of them.
using FindTrial = const Action* (*)(std::string_view name);

void carry_out(const Settings& settings, FindTrial find_trial, const std::vector<std::string>& queries) {
    std::vector<std::unique_ptr<Call>> calls;
    std::vector<Reply> replies(queries.size());
    std::vector<std::pair<Call*, std::size_t>> places;
    for (std::size_t i = 0; i < queries.size(); ++i) {
        Request request{.variables = {}, .api_key = "key", .authorization = {}, .accept = {}};
        decode_form(queries[i], request.variables);
        Caller caller = identify(settings, request);
        if (const Action* action = find_trial(request.variables.get("action")))
            caller.action = action;
        auto accepted = accept(settings, request, caller);
        if (auto* reply = std::get_if<Reply>(&accepted)) {
            replies[i] = std::move(*reply);
        } else {
            calls.push_back(std::move(std::get<std::unique_ptr<Call>>(accepted)));
            places.emplace_back(calls.back().get(), i);
        }
    }
    Call::execute(calls);
    if (settings.geocoder)
        locate(calls);
    for (const auto& [call, place] : places)
        replies[place] = call->reply();
    for (const Reply& reply : replies)
        print(reply);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 6)
        return 2;
    const DatabaseSettings database = database_of(argv);
    const std::string mode = argv[5];
    const bool grouped = mode != "single";
    const FindTrial find_trial = mode == "module" ? [](std::string_view) -> const Action* { return nullptr; }
                                                  : trial::find_action;
    Settings settings;
    settings.geocoder = mode == "located";
    settings.database = &database;
    settings.format = Format::json;
    settings.keys = {{"test", sha256("key")}};

    std::vector<std::string> group;
    for (std::string line; std::getline(std::cin, line);) {
        if (!line.empty())
            group.push_back(line);
        if (!group.empty() && (line.empty() || !grouped)) {
            carry_out(settings, find_trial, group);
            group.clear();
        }
    }
    if (!group.empty())
        carry_out(settings, find_trial, group);
    close_database_connections(std::chrono::seconds(0));
    return 0;
}
