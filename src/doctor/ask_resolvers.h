#pragma once

#include <string>
#include <vector>

#include "doctor/dns_query.h"
#include "doctor/facts.h"

namespace relaybench::doctor {

/// The resolvers that this machine's lookups use, in their order.
[[nodiscard]] std::vector<std::string> resolvers_here(const Subject& subject);

/// Both questions to each resolver, all at once: A, then AAAA, of each.
[[nodiscard]] std::vector<DnsAnswer> ask_everybody(const Subject& subject, const Facts& facts, const std::string& host);

/// The question for A once more to those that were silent, over another transport.
[[nodiscard]] std::vector<DnsAnswer> ask_silent(const Facts& facts, const std::vector<DnsAnswer>& answers, const std::string& host,
                                                DnsTransport transport);

}  // namespace relaybench::doctor
