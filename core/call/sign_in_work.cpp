#include "call/sign_in_work.h"

#include <utility>

#include "call/hash_time.h"
#include "password.h"

namespace helpdesk {

SignInWork::SignInWork(const Settings& settings, Format format, SignInCheck check)
    : Work(settings, format), check_(std::move(check)) {}

Work::Step SignInWork::carry_out() {
    credentials_ = read_credentials(database(), check_);
    if (!credentials_.problems.empty())
        return {Stage::done, {.problems = credentials_.problems, .log = credentials_.log}};
    return {Stage::hash};
}

Work::Step SignInWork::hash() {
    const HashTime time;
    right_ = verify_password(check_.password, credentials_.password_hash, settings().bcrypt_cost);
    cleanse(check_.password);
    return {Stage::done};
}

// A client that did not give the right password learns nothing else.
Reply SignInWork::answer() {
    FieldList fields = {{check_.action->answer, signed_in().empty() ? "N" : "Y"}};
    const auto names = check_.action->resource.sign_in->outputs;
    for (std::size_t i = 0; i < names.size(); ++i)
        fields.push_back({names[i], right_ ? std::string_view(credentials_.outputs[i]) : ""});
    return make_reply({write_answer(format(), fields)});
}

}  // namespace helpdesk
