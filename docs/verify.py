"""A second verifier of chatd's log, for those who trust only a program they can read: docs/audit-log.md, "Proof".
python3 verify.py DIR [KEY or ANCHORS]...: exit 0 genuine, 1 wrong, 3 consistent but not authenticated."""
import base64, glob, hashlib, os, re, subprocess, sys, tempfile
HEAD = re.compile(rb'<audit xmlns="[^"]+" segment="(\d+)" host="[^"]*" started="([^"]+)" previous="([\w-]{43})"(?: key="(\w{16})")?>')
LINE = re.compile(rb'(<(event|seal) seq="(\d+)" time="([^"]+Z)"[^>]*) chain="([\w-]{43})"(/?>.*)')
SEAL = re.compile(rb'<seal seq="(\d+)" time="([^"]+)" events="(\d+)" key="(\w{16})" alg="[^"]+" sig="([\w-]+)" chain="[\w-]{43}"/>')
KEY = re.compile(rb' type="key" .*<key alg="[^"]+" public="([\w-]+)"/></event>')
GONE = re.compile(rb' type="retention" .* reference="([\w-]{43})" segment="audit-(\d+)-')
def need(holds, what):
    if not holds: raise ValueError(what)
def H(chain, line): return base64.urlsafe_b64encode(hashlib.sha256(chain + b"\n" + line).digest())[:43]
plain, named = lambda text: base64.urlsafe_b64decode(text + b"=="), lambda der: hashlib.sha256(der).hexdigest()[:16].encode()
def signed(der, text, signature):
    with tempfile.TemporaryDirectory() as at:
        for name, data in ("key", der), ("text", text), ("sig", signature): open(at + "/" + name, "wb").write(data)
        return subprocess.run("openssl pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in text -sigfile sig".split(), cwd=at, capture_output=True).returncode == 0
def verify(directory, keys=(), anchors=()):
    known, held = {named(der): der for der in keys}, {int(SEAL.match(seal)[1]): seal for seal in anchors}
    need(all(held[int(SEAL.match(seal)[1])] == seal for seal in anchors), "two different anchors have one seq")
    files = [f for f in glob.glob(glob.escape(directory) + "/*") if re.search(r"/audit-\d{6,18}-\d{8}T\d{6}Z\.xml$", f)]
    trusted, files = set(known), sorted(files, key=lambda f: int(f.split("-")[-2]))
    begin = own = gone = None; first = last = seq = sure = unsealed = loose = sealed = genuine = 0; chain = time = b""
    for path in files + glob.glob(glob.escape(directory) + "/audit.xml"):
        lines, name = open(path, "rb").read().split(b"\n"), os.path.basename(path)
        head = HEAD.fullmatch(lines[2]) if len(lines) > 4 else None
        need(head and lines[-2:] == [b"</audit>", b""] and (name == "audit.xml" or int(name.split("-")[1]) == int(head[1])), name + ": not whole")
        if name == "audit.xml" and begin and int(head[1]) <= last:  # closed meanwhile: must be a prefix of the closed segment
            was = open(([f for f in files if int(f.split("-")[-2]) == int(head[1])] or files)[0], "rb").read()
            need(was.startswith(b"\n".join(lines[:-2]) + b"\n"), name + ": not what the segment was"); continue
        if begin:
            need(int(head[1]) == last + 1 and head[3] == chain and head[2] >= time, name + ": not the next segment")
            need(not own or head[4] and (head[4] != own or not unsealed), name + ": no key, or no seal at the end before it")
            sure = sure and (head[4] == own or head[4] in trusted)
        need(begin or int(head[1]) > 1 or head[3] == b"A" * 43, name + ": not a first segment")
        begin, last, own, chain, unsealed, fresh = begin or head, int(head[1]), head[4], H(head[3], b"\n".join(lines[:3])), 0, None
        for at, line in enumerate(lines[3:-2], 4):
            here, part = f"{name}: line {at}: ", LINE.fullmatch(line)
            need(part and H(chain, part[1] + part[6]) == part[5], here + "the chain is broken")
            need(int(part[3]) == seq + 1 or not seq and int(begin[1]) > 1, here + "seq"); need(part[4] >= time, here + "time")
            seq, time, seal = int(part[3]), part[4], SEAL.fullmatch(line); first = first or seq
            if seal:
                need(seal[4] == own and int(seal[3]) == unsealed, here + "not its seal"); anchor = held.pop(seq, None)
                need(own not in known or signed(known[own], b"\n".join([b"chatd-seal-1", chain, *seal.group(1, 2, 3)]), plain(seal[5])), here + "the seal is invalid (ML-DSA needs OpenSSL 3.5)")
                need(anchor in (None, line), here + "not the anchor's seal"); sure = own in trusted or bool(anchor and not keys)
                if sure: genuine, trusted = seq, trusted | {own, fresh} & known.keys()
            new, cut, chain = KEY.search(line), GONE.search(line), part[5]; fresh = new and named(plain(new[1]))
            known = {fresh: plain(new[1]), **known} if new else known
            if cut and int(cut[2]) == int(begin[1]) - 1: need(cut[1] == begin[3], here + "another segment was deleted"); gone = seq
            unsealed, loose, sealed = (0, 0, True) if seal else (unsealed + 1, loose + 1, sealed)
    need(begin, "there is no log"); whole, anchored = int(begin[1]) == 1, not anchors or len(held) < len(set(anchors))
    need(not [at for at in held if whole or at >= first], "its end was cut off, or it was rewritten: an anchor is not in it")
    need(not keys or own, "no seals"); need(not keys or genuine or not sealed or not whole or own in trusted, "no seal is by the key")
    return genuine if sure and anchored and loose <= 1000 and (whole or gone and gone < genuine) else 0
if __name__ == "__main__":
    try:
        given = [open(file, "rb").read() for file in sys.argv[2:]]  # a journal that others can write to must not supply a key
        keys = [base64.b64decode(key) for text in given if b"<seal" not in text for key in re.findall(rb"PUBLIC KEY-----([^-]+)-----", text)]
        genuine = verify(sys.argv[1], keys, [seal[0] for text in given for seal in SEAL.finditer(text)])
    except (ValueError, OSError) as wrong: sys.exit(print("WRONG:", wrong) or 1)
    sys.exit(print(f"genuine up to the seal {genuine}") if genuine else print("consistent, not authenticated") or 3)
