"""Certificates as relays have them: a root, an intermediate, leaves with dates of one's choice. All RSA, so that a server's answer to a TLS
greeting takes several packets, and the authorities are old enough for clocks that run years behind."""

import datetime
import pathlib
import threading

import lab

CONFIG = """
[ca]
default_ca = lab
[lab]
database = index.txt
rand_serial = yes
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
organizationName = optional
"""

AUTHORITY = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\n"
OLD, LONG = -3650, 3650  # days from now


class Chains:
    """`root`: the file to trust."""

    def __init__(self, folder, name="Lab"):
        self.folder = pathlib.Path(folder) / name
        self.folder.mkdir()
        self.lock = threading.Lock()
        (self.folder / "ca.cnf").write_text(CONFIG)
        lab.openssl("genrsa", "-out", "leaf.key", 2048, folder=self.folder)
        for each in ("root", "intermediate"):
            lab.openssl("genrsa", "-out", f"{each}.key", 2048, folder=self.folder)
        self._sign("root", f"/O={name}/CN={name} root", AUTHORITY, "root", (OLD, LONG), key="root.key", itself=True)
        self._sign("intermediate", f"/O={name}/CN={name} intermediate", AUTHORITY, "root", (OLD, LONG), key="intermediate.key")
        self.root = self.folder / "root.pem"

    def issue(self, name, host, days=(-10, 60), by="intermediate", send=("intermediate",), small=False):
        """(file, key) of a leaf for `host`, valid between these days from now; `send`: what a server sends with it. `small`: of one packet."""
        key = "leaf.key"
        if small:
            key = f"{name}.key"
            lab.openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key, folder=self.folder)
        self._sign(name, f"/CN={host}", f"subjectAltName=DNS:{host}\n", by, days, key=key)
        chain = self.folder / f"{name}.chain.pem"
        chain.write_text("".join((self.folder / f"{each}.pem").read_text() for each in (name, *send)))
        return chain, self.folder / key

    def _sign(self, name, subject, extensions, by, days, key, itself=False):
        begin, end = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=each) for each in days)
        with self.lock:
            (self.folder / "ext").write_text(extensions)
            (self.folder / "index.txt").write_text("")
            lab.openssl("req", "-new", "-key", key, "-subj", subject, "-out", f"{name}.csr", folder=self.folder)
            signer = ["-selfsign"] if itself else ["-cert", f"{by}.pem"]
            lab.openssl("ca", "-batch", "-config", "ca.cnf", *signer, "-keyfile", f"{by}.key", "-in", f"{name}.csr", "-out", f"{name}.pem",
                        "-extfile", "ext", "-notext", "-startdate", begin.strftime("%Y%m%d%H%M%SZ"), "-enddate", end.strftime("%Y%m%d%H%M%SZ"),
                        folder=self.folder)  # fmt: skip
