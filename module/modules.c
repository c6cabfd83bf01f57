/* The three tables that nginx looks for in a dynamic module. */
#include <ngx_config.h>
#include <ngx_core.h>

extern ngx_module_t ngx_http_helpdesk_module;

__attribute__((visibility("default"))) ngx_module_t* ngx_modules[] = {&ngx_http_helpdesk_module, NULL};

__attribute__((visibility("default"))) char* ngx_module_names[] = {"ngx_http_helpdesk_module", NULL};

/* Before the copy filter: the place of filters that replace a body. */
__attribute__((visibility("default"))) char* ngx_module_order[] = {"ngx_http_helpdesk_module",
                                                                   "ngx_http_copy_filter_module", NULL};
