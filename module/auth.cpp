#include "auth.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "call/sign_in.h"
#include "failure.hpp"
#include "hold.hpp"
#include "location_conf.hpp"
#include "response.hpp"
#include "text.h"
#include "threads.hpp"

namespace helpdesk::ngx {
namespace {

using Mark = SignInMemory::Mark;

// The passwords that this worker has found right. It is made when it is first used, so after nginx has forked
// and with a random key of its own.
SignInMemory& memory() {
    static SignInMemory memory;
    return memory;
}

// A check of credentials, and the latest change that was known when it began.
using Check = std::pair<Mark, ChangeNumber>;

// For each check that is under way, the requests that show its credentials.
std::map<Check, std::vector<ngx_http_request_t*>> checks;

std::optional<Mark> mark_of(ngx_http_request_t* r, const Resource& resource) {
    const ngx_int_t rc = ngx_http_auth_basic_user(r);
    if (rc == NGX_ERROR)
        throw std::bad_alloc();
    if (rc != NGX_OK)
        return std::nullopt;
    return memory().mark(location_conf(r).settings.database, resource, view(r->headers_in.user),
                         view(r->headers_in.passwd));
}

const Resource& signs_in(ngx_http_request_t* r) {
    return location_conf(r).answerer.accounts->resource();
}

void admit(ngx_http_request_t* r, const std::string& name) {
    const std::string header(location_conf(r).answerer.accounts->header);
    answer_request(r, {.status = NGX_HTTP_NO_CONTENT,
                       .content_type = "",
                       .body = {},
                       .headers = {{header, text::percent_encode(name)}},
                       .log = {}});
}

void refuse(ngx_http_request_t* r, std::string log = {}) {
    // auth_request looks for the header here.
    r->headers_out.www_authenticate = &add_header(
        r, "WWW-Authenticate", "Basic realm=\"" + location_conf(r).answerer.realm + "\", charset=\"UTF-8\"");
    answer_request(r, {.status = NGX_HTTP_UNAUTHORIZED,
                       .content_type = "text/plain",
                       .body = {},
                       .headers = {},
                       .outcome = "wrong_password",
                       .log = std::move(log)});
}

void refuse_busy(ngx_http_request_t* r) {
    const Settings& settings = location_conf(r).settings;
    answer_request(r,
                   problem_reply(settings, Format::xml, {problem_of_status(NGX_HTTP_SERVICE_UNAVAILABLE)}));
}

// Returns whether any client that waits for the check is still there.
bool is_wanted(const Check& key) {
    const auto waiting = checks.find(key);
    return waiting != checks.end() && !std::all_of(waiting->second.begin(), waiting->second.end(),
                                                   [](ngx_http_request_t* r) { return client_has_gone(r); });
}

void answer(ngx_http_request_t* r, Call& check) {
    if (check.failed())
        answer_request(r, check.reply());
    else if (check.signed_in().empty())
        refuse(r,
               "refused: no " + std::string(signs_in(r).names.noun) +
                   " who may sign in has this password; if somebody is guessing, limit_req slows them down");
    else
        admit(r, check.signed_in());
}

void authenticate(ngx_http_request_t* r);

void on_check_done(const Check& key, std::chrono::seconds remembered, Call& check) noexcept {
    // They come off the list first, whatever nginx does with them next.
    const std::vector<ngx_http_request_t*> waiting = std::move(checks.extract(key).mapped());
    try {
        if (!check.signed_in().empty() && remembered > std::chrono::seconds(0))
            memory().remember(key.first, check.signed_in(), key.second,
                              SignInMemory::Clock::now() + remembered);
    } catch (const std::exception& error) {
        log_exception(ngx_cycle->log, error, "the next request of whoever signed in is checked anew");
    }
    // The call may have waited long for a thread after it read the credentials.
    const bool outdated = !check.signed_in().empty() && changed_since(check.signed_in(), key.second);
    for (ngx_http_request_t* r : waiting)
        resume(r, [&] { outdated ? authenticate(r) : answer(r, check); });
}

void wait_for_check(ngx_http_request_t* r, const Check& key, std::unique_ptr<Call> check) {
    const LocationConf& conf = location_conf(r);
    if (!hold(r))
        return refuse_busy(r);
    try {
        checks.emplace(key, std::vector{r});
        run_apart(
            conf, std::move(check), [key] { return is_wanted(key); },
            [key, remembered = conf.auth_cache](Call& finished) {
                on_check_done(key, remembered, finished);
            });
    } catch (...) {
        release(r);
        checks.erase(key);
        throw;
    }
}

// Answers the request, or lets it wait for a check of its credentials. Gives up one count.
void authenticate(ngx_http_request_t* r) {
    const auto mark = mark_of(r, signs_in(r));
    if (!mark)
        return refuse(r);
    if (const std::string* name = memory().find(*mark, SignInMemory::Clock::now()))
        return admit(r, *name);
    const Check key(*mark, latest_change());
    if (const auto check = checks.find(key); check != checks.end()) {
        check->second.reserve(check->second.size() + 1);
        if (!hold(r))
            return refuse_busy(r);
        check->second.push_back(r);
        return;
    }
    auto check = Call::sign_in(location_conf(r).settings, signs_in(r), view(r->headers_in.user),
                               view(r->headers_in.passwd));
    if (check == nullptr)
        return refuse(r);
    wait_for_check(r, key, std::move(check));
}

}  // namespace

ngx_int_t handle_auth(ngx_http_request_t* r) noexcept {
    const ngx_int_t rc = expect_no_body(r);
    if (rc != NGX_OK)
        return rc;
    ++r->main->count;
    run_or_end(r, [r] { authenticate(r); });
    return NGX_DONE;
}

std::string remembered_name(ngx_http_request_t* r, const Resource& resource) {
    const auto mark = mark_of(r, resource);
    const std::string* name = mark ? memory().find(*mark, SignInMemory::Clock::now()) : nullptr;
    return name == nullptr ? std::string() : text::percent_encode(*name);
}

}  // namespace helpdesk::ngx
