// The block helpdesk_database { … }.
#pragma once

#include "db/database.h"
#include "ngx.hpp"

namespace helpdesk::ngx {

// Reads the block up to its closing brace. Throws what is wrong with it, without a text when that was logged
// already. The settings live as long as the configuration.
const DatabaseSettings* read_database_block(ngx_conf_t* cf);

}  // namespace helpdesk::ngx
