// The block helpdesk_key NAME { … }.
#pragma once

#include <string>

#include "key.h"
#include "ngx.hpp"

namespace helpdesk::ngx {

// Reads the block up to its closing brace. Throws what is wrong with it, without a text when that was logged
// already.
Key read_key_block(ngx_conf_t* cf, std::string name);

}  // namespace helpdesk::ngx
