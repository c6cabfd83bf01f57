// Many threads that carry out calls at once, as nginx's pools do, for two blocks of one database with several
// servers. There are more threads than connections, and fewer seconds until an idle one is closed than a
// generation of threads takes: so connections change hands, give way and are waited for.
//
//   helpdesk_thread_check PASSWORD SOCKET …      the servers' sockets, best first
//
// Works until its input ends. Prints a line for each generation of threads: the last server's name that a
// read gave, and how many answers had which status. Ends with 1 when a call was not answered as it should be,
// or a thread did not end.
#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <iostream>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "call/call.h"
#include "request/accept.h"

namespace {

using namespace helpdesk;

constexpr int threads = 8;
constexpr unsigned connections = 5;
constexpr int rounds = 12;  // of calls, in the life of a thread

// What the threads of a generation have to tell.
struct Told {
    std::mutex mutex;
    std::map<int, int> statuses;
    std::string where;
};

std::unique_ptr<Call> accept(const Settings& settings, const std::string& query) {
    Request request{.variables = {}, .api_key = "key", .authorization = {}, .accept = {}};
    decode_form(query, request.variables);
    auto accepted = helpdesk::accept(settings, request, identify(settings, request));
    if (auto* call = std::get_if<std::unique_ptr<Call>>(&accepted))
        return std::move(*call);
    return nullptr;
}

// Calls of every kind, some for records that other threads write as well.
std::vector<std::string> queries(const std::string& own, int round) {
    const std::string shared = "shared-" + std::to_string(round % 3);
    return {
        "action=get_customers&cid=where",
        "action=add_customer&cid=" + own + "&portal=1",
        "action=add_customer&cid=" + shared + "&city=Rome",
        "action=add_customer&cid=" + own + "-lists&email2=a@b.c,d@e.f&sc_start_dates=1/2/2024&contracts=1",
        "action=add_customer&cid=" + own + "-new&company=create_new&new_company=Fresh",
        "action=update_customer&cid=" + shared + "&contact=" + own,
        "action=update_customer&cid=where&latitude=1.5&longitude=2.5",
        "action=add_customer&cid=" + own + "-pass&pass=a-password",
        "action=get_customers&cid=" + shared,
        "action=get_customers&cid=*&order=company&count=3",
        "action=get_customers&updated_since=1/1/2024&count=3&format=xml",
        "action=verify_customer&cid=" + own + "-pass&pass=a-password",
        "action=delete_customer&cid=" + own};
}

void finish(Call& call, Told& told) {
    if (call.stage() == Call::Stage::hash)
        call.hash();
    const Reply reply = call.reply();
    std::string body;
    for (const std::string& piece : reply.body)
        body += piece;
    const std::scoped_lock lock(told.mutex);
    ++told.statuses[reply.status];
    for (const char* name : {"first", "second"})
        if (body.find(std::string("\"city\":\"") + name) != std::string::npos)
            told.where = name;
}

void work(const Settings& settings, const std::string& own, Told& told) {
    for (int round = 0; round < rounds; ++round) {
        std::vector<std::unique_ptr<Call>> calls;
        for (const std::string& query : queries(own + "-" + std::to_string(round), round))
            if (auto call = accept(settings, query)) {
                if (call->stage() == Call::Stage::hash)
                    call->hash();
                calls.push_back(std::move(call));
            }
        Call::execute(calls);
        for (auto& call : calls) {
            while (call->stage() == Call::Stage::pause) {
                std::this_thread::sleep_for(call->pause());
                call->end_pause();
                Call::execute({&call, 1});
            }
            finish(*call, told);
        }
    }
}

bool input_ended() {
    std::array<pollfd, 1> input{{{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0}}};
    return poll(input.data(), input.size(), 0) > 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3)
        return 2;
    std::atomic<int> warnings = 0;
    DatabaseSettings database;
    database.password = argv[1];
    for (int i = 2; i < argc; ++i)
        database.servers.push_back({.host = {}, .socket = argv[i], .backup = i > 2});
    database.failback = true;
    database.user = "helpdesk";
    database.name = "helpdesk";
    database.warn = [&](const std::string& /*text*/) { ++warnings; };
    database.connections = connections;
    database.idle_timeout = std::chrono::seconds(1);
    const DatabaseSettings another = database;
    Settings settings;
    settings.database = &database;
    settings.format = Format::json;
    settings.bcrypt_cost = lowest_bcrypt_cost;
    settings.keys = {{"test", sha256("key")}};
    Settings other = settings;
    other.database = &another;

    bool good = true;
    for (int generation = 0; !input_ended(); ++generation) {
        Told told;
        {
            std::vector<std::jthread> workers;
            workers.reserve(threads);
            for (int i = 0; i < threads; ++i)
                workers.emplace_back([&, i] {
                    work(i % 2 == 0 ? settings : other, std::to_string(generation) + "-" + std::to_string(i),
                         told);
                });
            // As a worker's timer does.
            std::this_thread::sleep_for(std::chrono::milliseconds(1100));
            close_overdue_connections();
        }
        close_database_connections(std::chrono::seconds(10));
        std::cout << (told.where.empty() ? "nowhere" : told.where);
        for (const auto& [status, count] : told.statuses) {
            std::cout << " " << status << ":" << count;
            good = good && status != 400 && status != 500;
        }
        std::cout << " warnings:" << warnings << std::endl;
    }
    return good ? 0 : 1;
}
