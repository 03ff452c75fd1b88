#include "net/stamping_bio.h"

#include <openssl/bio.h>

#include <cerrno>
#include <memory>

#include "net/socket_read.h"

namespace relaybench::net {

namespace {

struct Endpoint {
    int fd = -1;
    bool at_end = false;
    BioReceive receive;
};

Endpoint& endpoint(BIO* bio) { return *static_cast<Endpoint*>(BIO_get_data(bio)); }

/// As BIO_read: bytes, 0 at the end of the stream, −1 with the retry flag when nothing is there, −1 and errno for an error.
int read(BIO* bio, char* buffer, int size) {
    BIO_clear_retry_flags(bio);
    Endpoint& socket = endpoint(bio);
    const ReadResult got = read_plain(socket.fd, {buffer, static_cast<std::size_t>(size)});
    if (got.status == ReadStatus::Data) {
        socket.receive.count += 1;
        socket.receive.stamp = got.stamp;
        return static_cast<int>(got.size);
    }
    if (got.status == ReadStatus::Nothing) {
        BIO_set_retry_read(bio);
        return -1;
    }
    socket.at_end = got.status == ReadStatus::Fin;
    errno = got.system_error;
    return socket.at_end ? 0 : -1;
}

long control(BIO* bio, int command, long /*number*/, void* pointer) {
    switch (command) {
        case BIO_C_GET_FD:  // libwebsockets asks when it closes (SSL_get_fd)
            if (pointer != nullptr) {
                *static_cast<int*>(pointer) = endpoint(bio).fd;
            }
            return endpoint(bio).fd;
        case BIO_CTRL_EOF:
            return endpoint(bio).at_end ? 1 : 0;
        case BIO_CTRL_FLUSH:
            return 1;
        default:
            return 0;
    }
}

int destroy(BIO* bio) {
    delete static_cast<Endpoint*>(BIO_get_data(bio));  // NOLINT(cppcoreguidelines-owning-memory): OpenSSL owns it by this pointer
    BIO_set_data(bio, nullptr);
    return 1;
}

struct FreeMethod {
    void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
};

std::unique_ptr<BIO_METHOD, FreeMethod> make_method() {
    // The type says that there is a descriptor: SSL_get_fd looks for that.
    std::unique_ptr<BIO_METHOD, FreeMethod> made(
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK | BIO_TYPE_DESCRIPTOR, "stamping socket"));
    if (made) {
        BIO_meth_set_read(made.get(), &read);
        BIO_meth_set_ctrl(made.get(), &control);
        BIO_meth_set_destroy(made.get(), &destroy);
    }
    return made;
}

}  // namespace

BioReceive* attach_stamping_bio(SSL* ssl, int fd) {
    static const auto method = make_method();  // one for the process, like those of OpenSSL itself
    BIO* bio = method ? BIO_new(method.get()) : nullptr;
    if (bio == nullptr) {
        return nullptr;
    }
    auto* const socket = new Endpoint{.fd = fd};  // NOLINT(cppcoreguidelines-owning-memory): destroy() frees it
    BIO_set_data(bio, socket);
    BIO_set_init(bio, 1);
    SSL_set0_rbio(ssl, bio);
    return &socket->receive;
}

}  // namespace relaybench::net
