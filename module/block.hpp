// Reading a configuration block by the rows of its parameters.
#pragma once

#include <set>
#include <stdexcept>
#include <utility>

#include "rows.hpp"

namespace helpdesk::ngx {

// A block while nginx reads it.
template <typename Block>
struct UnfinishedBlock {
    Block block;
    std::set<std::string_view> seen;
};

template <typename Block>
void read_row(ngx_conf_t* cf, const Row<Block>& row, UnfinishedBlock<Block>& unfinished) {
    const Values values(static_cast<const ngx_str_t*>(cf->args->elts) + 1, cf->args->nelts - 1);
    if (row.place == some_values ? values.empty() : values.size() != 1)
        throw std::invalid_argument(row.place == some_values ? "takes at least one value"
                                                             : "takes one value");
    if (!unfinished.seen.insert(row.name).second && !row.repeats)
        throw std::invalid_argument("is duplicate");
    row.setting.read(cf, values, unfinished.block);
}

// nginx calls this for each parameter in the block.
template <typename Block, const auto& rows>
char* read_parameter(ngx_conf_t* cf, ngx_command_t* /*command*/, void* data) noexcept {
    auto* name = static_cast<ngx_str_t*>(cf->args->elts);
    try {
        for (const Row<Block>& row : rows) {
            if (row.name != view(*name))
                continue;
            read_row(cf, row, *static_cast<UnfinishedBlock<Block>*>(data));
            return NGX_CONF_OK;
        }
        throw std::invalid_argument("is not a parameter of this block");
    } catch (const std::exception& error) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" %s", name, error.what());
        return static_cast<char*>(NGX_CONF_ERROR);
    }
}

// Reads up to the closing brace. Throws std::runtime_error without a text when the mistake was logged
// already.
template <typename Block, const auto& rows>
Block read_block(ngx_conf_t* cf) {
    UnfinishedBlock<Block> unfinished;
    const ngx_conf_t saved = *cf;
    cf->handler = read_parameter<Block, rows>;
    cf->handler_conf = &unfinished;  // cppcheck-suppress autoVariables ; it is put back below
    const char* result = ngx_conf_parse(cf, nullptr);
    *cf = saved;
    if (result != NGX_CONF_OK)
        throw std::runtime_error("");
    return std::move(unfinished.block);
}

}  // namespace helpdesk::ngx
