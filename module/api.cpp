#include "api.hpp"

#include <memory>
#include <string>
#include <variant>

#include "body.hpp"
#include "call_steps.hpp"
#include "context.hpp"
#include "failure.hpp"
#include "location_conf.hpp"
#include "request/accept.h"
#include "request_head.hpp"
#include "response.hpp"
#include "threads.hpp"

namespace helpdesk::ngx {
namespace {

// Bodies up to this size are decoded in the event loop, which is quicker than the way to a thread and back.
constexpr std::size_t small_body = std::size_t{64} * 1024;

// Returns the format of a body that carries rows.
std::optional<RowFormat> row_format(BodyType type) {
    if (type == BodyType::csv)
        return RowFormat::csv;
    return type == BodyType::ndjson ? std::optional(RowFormat::ndjson) : std::nullopt;
}

bool is_import(const Request& head) {
    const Action* action = find_action(head.variables.get(action_variable));
    return action != nullptr && action->verb.takes_rows;
}

Problem rows_without_import() {
    return {code::unsupported_media_type, "Content-Type",
            "only an import takes rows, and its action must be in the query string"};
}

// The core's decision about a request: an answer at once, or a call to carry out.
using Accepted = std::variant<Reply, std::unique_ptr<Call>>;

// Asks the core about a request that is known completely.
Accepted accept(const Settings& settings, const Request& request, Caller& caller) {
    caller = identify(settings, request);
    return helpdesk::accept(settings, request, caller);
}

void continue_accepted(ngx_http_request_t* r, const LocationConf& conf, Accepted accepted) {
    if (auto* reply = std::get_if<Reply>(&accepted))
        answer_request(r, std::move(*reply));
    else
        continue_call(r, conf, std::move(std::get<std::unique_ptr<Call>>(accepted)));
}

void add_body(const BodyHead& head, std::string body, Request& request) {
    if (const auto format = row_format(head.type))
        request.rows = std::make_shared<RowBody>(RowBody{*format, std::move(body)});
    else if (!body.empty())
        decode_body(head.type, body, head.content_type, request.variables);
}

// Returns whether anybody may have sent the request, as far as its line and headers say.
bool is_from_stranger(const Settings& settings, const Request& head) {
    return identify_entitled(settings, head).key == nullptr;
}

// A large body, which a thread reads, decodes and checks. If it is a stranger's, it must show a key before it
// is decoded.
struct LargeBody {
    const Settings& settings;
    Request request;
    const BodyHead head;
    const Body body;
    Caller caller = {};
    std::optional<Accepted> accepted = {};
    std::string failure = {};

    void run() noexcept {
        try {
            std::string text = body.read();
            if (auto refused = refuse_stranger(text)) {
                accepted = std::move(*refused);
                return;
            }
            add_body(head, std::move(text), request);
            accepted = accept(settings, request, caller);
        } catch (const std::exception& error) {
            failure = error.what();
        }
    }

    std::optional<Reply> refuse_stranger(std::string_view text) const {
        Request shown = request;
        if (identify(settings, request).key == nullptr)
            if (auto key = find_in_body(head.type, text, head.content_type, key_variable))
                shown.variables.add(key_variable, std::move(*key));
        return refuse_early(settings, shown, identify(settings, shown), Known::key);
    }
};

void begin_large(ngx_http_request_t* r, const LocationConf& conf, Body body, bool is_strangers) {
    auto large = std::make_shared<LargeBody>(LargeBody{
        .settings = conf.settings, .request = head_of(r), .head = body_head(r), .body = std::move(body)});
    const auto done = [r, &conf, large](bool is_read) {
        if (!is_read) {
            Problems ignored;
            return answer_request(
                r, problem_reply(conf.settings, choose_format(conf.settings, head_of(r), ignored),
                                 {problem_of_status(NGX_HTTP_SERVICE_UNAVAILABLE)}));
        }
        RequestContext& ctx = context(r);
        ctx.caller = large->caller;
        if (!large->failure.empty())
            throw std::runtime_error(large->failure);
        if (large->caller.key != nullptr)
            RequestMemory::set_known(*ctx.body_memory);
        continue_accepted(r, conf, std::move(*large->accepted));
    };
    run_in_thread(r, conf, {.read = [large] { large->run(); }, .done = done, .is_strangers = is_strangers});
}

void begin_small(ngx_http_request_t* r, const LocationConf& conf, const Request& request) {
    Caller caller;
    Accepted accepted = accept(conf.settings, request, caller);
    context(r).caller = caller;
    continue_accepted(r, conf, std::move(accepted));
}

// Goes on with a request whose body has been read. Gives up one count.
void on_body(ngx_http_request_t* r) noexcept {
    run_or_end(r, [r] {
        const LocationConf& conf = location_conf(r);
        Body body(r);
        const Settings& settings = conf.settings;
        // Who sent a small body is known at once.
        const bool is_large = body.size() > small_body;
        const bool is_strangers = is_large && is_from_stranger(settings, head_of(r));
        context(r).body_memory = RequestMemory::take(
            settings.memory, settings.database, body.size_in_memory(),
            is_strangers ? RequestMemory::Sender::stranger : RequestMemory::Sender::known);
        if (context(r).body_memory == nullptr)
            return answer_request(r, refuse_for_memory(settings, head_of(r)));
        if (is_large)
            return begin_large(r, conf, std::move(body), is_strangers);
        Request request = head_of(r);
        add_body(body_head(r), body.read(), request);
        begin_small(r, conf, request);
    });
}

ngx_int_t refuse(ngx_http_request_t* r, Problem problem) {
    Problems ignored;
    const Settings& settings = location_conf(r).settings;
    return refuse_unread(
        r, problem_reply(settings, choose_format(settings, head_of(r), ignored), {std::move(problem)}));
}

ngx_int_t handle_post(ngx_http_request_t* r) {
    BodyHead body = body_head(r);
    if (body.type == BodyType::unsupported)
        return refuse(r, std::move(body.problem));
    const Request& head = head_of(r);
    if (row_format(body.type) && !is_import(head))
        return refuse(r, rows_without_import());
    // If the head shows already that the caller may not come in, the body is not read.
    const Settings& settings = location_conf(r).settings;
    if (auto reply = refuse_early(settings, head, identify(settings, head), Known::head))
        return refuse_unread(r, std::move(*reply));
    const ngx_int_t rc = ngx_http_read_client_request_body(r, on_body);
    return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
}

ngx_int_t handle_get(ngx_http_request_t* r) {
    const ngx_int_t rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK)
        return rc;
    ++r->main->count;
    run_or_end(r, [r] { begin_small(r, location_conf(r), head_of(r)); });
    return NGX_DONE;
}

ngx_int_t handle(ngx_http_request_t* r) {
    // An `error_page` led here, so the error is all there is to answer.
    if (r->err_status >= NGX_HTTP_BAD_REQUEST)
        return refuse(r, problem_of_status(static_cast<int>(std::exchange(r->err_status, 0))));
    if (r->method == NGX_HTTP_POST)
        return handle_post(r);
    if (r->method == NGX_HTTP_GET)
        return handle_get(r);
    return refuse(r, problem_of_status(NGX_HTTP_NOT_ALLOWED));
}

}  // namespace

ngx_int_t handle_api(ngx_http_request_t* r) noexcept {
    try {
        context(r).begin = std::chrono::steady_clock::now();
        return handle(r);
    } catch (const std::exception& error) {
        return log_failure(r, error);
    }
}

}  // namespace helpdesk::ngx
