#include "request_head.hpp"

#include <algorithm>

#include "context.hpp"
#include "location_conf.hpp"
#include "request/accept.h"

namespace helpdesk::ngx {

// The head as it was decoded, and what it was decoded from.
struct RequestHead {
    Headers headers;
    ngx_str_t args;
    const sockaddr* address;
    Request request;
};

namespace {

Headers headers_of(ngx_http_request_t* r) {
    Headers all;
    for (const ngx_list_part_t* part = &r->headers_in.headers.part; part != nullptr; part = part->next) {
        const auto* headers = static_cast<const ngx_table_elt_t*>(part->elts);
        for (ngx_uint_t i = 0; i < part->nelts; ++i)
            all.push_back({view(headers[i].key), view(headers[i].value)});
    }
    return all;
}

// Modules that change the head put new text in the place of the old one, and so does the address.
bool is_current(const RequestHead& head, ngx_http_request_t* r, const Headers& headers) {
    const auto is_same = [](std::string_view one, std::string_view other) {
        return one.data() == other.data() && one.size() == other.size();
    };
    return is_same(view(head.args), view(r->args)) && head.address == r->connection->sockaddr &&
           std::equal(head.headers.begin(), head.headers.end(), headers.begin(), headers.end(),
                      [&](const Header& one, const Header& other) {
                          return is_same(one.name, other.name) && is_same(one.value, other.value);
                      });
}

// The real address of the client, where nginx is configured to find it.
Address address_of(const sockaddr& socket) {
    const auto bytes = [](const auto& address) {
        return make_address({reinterpret_cast<const unsigned char*>(&address), sizeof(address)});
    };
    if (socket.sa_family == AF_INET)
        return bytes(reinterpret_cast<const sockaddr_in&>(socket).sin_addr);
    if (socket.sa_family == AF_INET6)
        return bytes(reinterpret_cast<const sockaddr_in6&>(socket).sin6_addr);
    return {};
}

Request decode_head(ngx_http_request_t* r, const Headers& headers) {
    Request request{.variables = {}, .api_key = {}, .authorization = {}, .accept = {}};
    read_headers(headers, request);
    decode_form(view(r->args), request.variables);
    request.key_in_url = !request.variables.get(key_variable).empty();
    request.address = address_of(*r->connection->sockaddr);
    return request;
}

}  // namespace

const Request& head_of(ngx_http_request_t* r) {
    RequestContext& ctx = context(r);
    Headers headers = headers_of(r);
    if (ctx.head == nullptr || !is_current(*ctx.head, r, headers)) {
        Request request = decode_head(r, headers);
        ctx.head = make<RequestHead>(r->pool, RequestHead{.headers = std::move(headers),
                                                          .args = r->args,
                                                          .address = r->connection->sockaddr,
                                                          .request = std::move(request)});
    }
    return ctx.head->request;
}

BodyHead body_head(ngx_http_request_t* r) {
    return read_body_head(headers_of(r), r->headers_in.content_length_n <= 0 && !r->headers_in.chunked);
}

Caller caller_of(ngx_http_request_t* r) {
    const LocationConf& conf = location_conf(r);
    if (!conf.is_api())
        return {};
    const RequestContext* ctx = find_context(r);
    return ctx != nullptr && ctx->caller ? *ctx->caller : identify_entitled(conf.settings, head_of(r));
}

}  // namespace helpdesk::ngx
