#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace relaybench::doctor {

/// Names of people and machines that a bundle does not have to carry around.
struct PrivateNames {
    std::vector<std::string> users;
    std::string home;                  ///< folder; empty: none
    std::vector<std::string> hosts;    ///< of this machine, of proxies
    std::vector<std::string> domains;  ///< whose names are all internal: those of the resolver's search list
};

/// Replaces what names people and the inside of a network, and keeps what it is: users become "user-1", internal host names "host-1" (the
/// same name always gets the same number), private addresses the class that they belong to, the home folder "~". Loopback, public names and
/// public addresses stay.
class Masking {
  public:
    explicit Masking(PrivateNames names);
    [[nodiscard]] std::string masked(std::string_view text);

  private:
    [[nodiscard]] std::string run(std::string_view run);
    [[nodiscard]] std::string word(std::string_view word);
    [[nodiscard]] bool is_internal(const std::string& name) const;

    PrivateNames names_;
    std::vector<std::string> kept_;  ///< ids of checks that look like internal hosts ("clock.local")
    std::map<std::string, std::string> users_;
    std::map<std::string, std::string> hosts_;
};

}  // namespace relaybench::doctor
