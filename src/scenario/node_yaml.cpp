#include "scenario/node_yaml.h"

#include <map>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "core/text.h"

namespace relaybench::scenario {

namespace {

constexpr std::size_t kShownBytes = 200;

Mark mark_of(const YAML::Mark& mark) { return mark.is_null() ? Mark{} : Mark{mark.line + 1, mark.column + 1}; }

std::size_t size_of(const Node& node) {
    std::size_t size = 1 + node.keys.size();
    for (const Node& item : node.items) {
        size += size_of(item);
    }
    return size;
}

/// Builds the tree from the parser's events; from the first refusal on it lets everything pass by, so that nothing grows.
class TreeBuilder final : public YAML::EventHandler {
  public:
    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { complete(Node{.mark = mark_of(mark)}, anchor); }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
        Node node = scalar_node(value);
        node.quoted = tag == "!";
        node.mark = mark_of(mark);
        complete(std::move(node), anchor);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        if (problem_) {
            return;
        }
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end()) {
            return refuse(mark_of(mark), "an alias inside its own anchor has no end, write the value out");
        }
        // Counted before it is copied: a bomb is refused, not unpacked.
        count_ += found->second.second;
        if (count_ > kMaxYamlNodes) {
            return refuse_size(mark_of(mark));
        }
        Node copy = found->second.first;
        copy.mark = mark_of(mark);
        add(std::move(copy));
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
        open(Node{.kind = Node::Kind::List, .mark = mark_of(mark)}, anchor);
    }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
        open(Node{.kind = Node::Kind::Map, .mark = mark_of(mark)}, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapEnd() override { close(); }

    YamlDocument take() {
        if (problem_) {
            return YamlDocument{.problem = std::move(problem_)};
        }
        return YamlDocument{.root = std::move(root_)};
    }

  private:
    struct Open {
        Node node;
        YAML::anchor_t anchor = 0;
    };

    void refuse(Mark mark, std::string message) { problem_ = problem_ ? problem_ : Problem{mark, "", std::move(message)}; }
    void refuse_size(Mark mark) {
        refuse(mark, fmt::format("too many values, at most {} are accepted (aliases count each time)", kMaxYamlNodes));
    }

    void open(Node node, YAML::anchor_t anchor) {
        if (problem_) {
            return;
        }
        if (open_.size() >= kMaxYamlDepth) {
            return refuse(node.mark, fmt::format("nested too deep, at most {} levels are accepted", kMaxYamlDepth));
        }
        open_.push_back(Open{std::move(node), anchor});
    }

    void close() {
        if (problem_) {
            return;
        }
        Open last = std::move(open_.back());
        open_.pop_back();
        complete(std::move(last.node), last.anchor);
    }

    void complete(Node node, YAML::anchor_t anchor) {
        if (problem_) {
            return;
        }
        if (++count_ > kMaxYamlNodes) {
            return refuse_size(node.mark);
        }
        if (anchor != 0) {
            anchors_.insert_or_assign(anchor, std::pair(node, size_of(node)));
        }
        add(std::move(node));
    }

    /// The parser reports keys and values of a map as plain successive nodes.
    void add(Node node) {
        if (open_.empty()) {
            root_ = std::move(node);
            return;
        }
        Node& parent = open_.back().node;
        const bool is_key = parent.kind == Node::Kind::Map && parent.keys.size() == parent.items.size();
        (is_key ? parent.keys : parent.items).push_back(std::move(node));
    }

    std::vector<Open> open_;
    std::map<YAML::anchor_t, std::pair<Node, std::size_t>> anchors_;
    std::size_t count_ = 0;
    std::optional<Node> root_;
    std::optional<Problem> problem_;
};

YamlDocument refused(Mark mark, std::string message) { return YamlDocument{.problem = Problem{mark, "", std::move(message)}}; }

YamlDocument read_documents(std::string_view yaml) {
    std::istringstream in{std::string(yaml)};
    YAML::Parser parser{in};
    TreeBuilder builder;
    if (!parser.HandleNextDocument(builder)) {
        return refused(Mark{}, "the file is empty, expected a map such as `relays: [embedded:fast]`");
    }
    YamlDocument document = builder.take();
    if (TreeBuilder second; !document.problem && parser.HandleNextDocument(second)) {
        const Mark mark = second.take().root.value_or(Node{}).mark;
        return refused(mark, "a second YAML document (after ---), expected one scenario in a file");
    }
    return document;
}

}  // namespace

YamlDocument read_yaml(std::string_view yaml) {
    if (yaml.size() > kMaxYamlBytes) {
        return refused(Mark{}, fmt::format("{} bytes are too many for a scenario, at most {} are accepted", yaml.size(), kMaxYamlBytes));
    }
    try {
        return read_documents(yaml);
    } catch (const YAML::Exception& error) {
        return refused(mark_of(error.mark), "not valid YAML: " + core::printable(error.msg, kShownBytes));
    } catch (const std::exception& error) {
        return refused(Mark{}, "not valid YAML: " + core::printable(error.what(), kShownBytes));
    }
}

}  // namespace relaybench::scenario
