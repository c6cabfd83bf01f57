#include "call_steps.hpp"

#include "geocoder.hpp"
#include "pause.hpp"
#include "response.hpp"
#include "stream.hpp"
#include "threads.hpp"

namespace helpdesk::ngx {
namespace {

void answer(ngx_http_request_t* r, Call& call) {
    if (is_streaming(r))
        abort_answer(r, call.reply());
    else
        answer_request(r, call.reply());
}

}  // namespace

void continue_call(ngx_http_request_t* r, const LocationConf& conf, std::unique_ptr<Call> call) {
    switch (call->stage()) {
        case Call::Stage::ask:
            return look_up(r, conf, std::move(call), continue_call);
        case Call::Stage::hash:
        case Call::Stage::database:
            return run_in_thread(r, conf, std::move(call), continue_call);
        case Call::Stage::pause:
            return pause(r, conf, std::move(call), continue_call);
        case Call::Stage::send:
            return send_part(r, conf, std::move(call), continue_call);
        case Call::Stage::done:
            return answer(r, *call);
    }
}

}  // namespace helpdesk::ngx
