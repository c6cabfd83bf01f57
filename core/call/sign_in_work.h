// The work of checking a client's password: the database gives the hash, then a thread of the hash pool
// compares.
#pragma once

#include <string>

#include "call/work.h"
#include "request/check.h"

namespace helpdesk {

class SignInWork : public Work {
  public:
    SignInWork(const Settings& settings, Format format, SignInCheck check);

    Step carry_out() override;
    Step hash() override;
    bool is_done_with_database(Stage next) const override { return next != Stage::database; }
    std::string signed_in() const override {
        return right_ && credentials_.allowed ? credentials_.identifier : "";
    }

  protected:
    Reply answer() override;

  private:
    SignInCheck check_;
    Credentials credentials_;
    bool right_ = false;
};

}  // namespace helpdesk
