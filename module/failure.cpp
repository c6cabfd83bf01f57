#include "failure.hpp"

namespace helpdesk::ngx {

void log_exception(ngx_log_t* log, const std::exception& error, const char* consequence) noexcept {
    ngx_log_error(NGX_LOG_ERR, log, 0, "helpdesk: %s; %s", error.what(), consequence);
}

ngx_int_t log_failure(ngx_http_request_t* r, const std::exception& error) noexcept {
    log_exception(r->connection->log, error, client_gets_500);
    return r->header_sent ? NGX_ERROR : NGX_HTTP_INTERNAL_SERVER_ERROR;
}

void end_with_failure(ngx_http_request_t* r, const std::exception& error) noexcept {
    ngx_http_finalize_request(r, log_failure(r, error));
}

}  // namespace helpdesk::ngx
