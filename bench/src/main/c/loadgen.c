/*
 * loadgen.c - load generator for TLS chat servers.
 *
 * One thread, one epoll loop, N TLS connections to one server.  The dialects
 * are irc, xmpp, mumble, chat (chat/1), json (lines) and ws (the same over a
 * WebSocket); the scenarios are pair, fanout, idle, storm, tls and, with chat
 * only, replay and files.  "loadgen -h" lists the options.
 *
 * Every text message carries "~T<16 hex: send time, ns><4 hex: sender>~", so
 * that whichever connection receives it can compute the latency and give the
 * sender its credit back.
 *
 * The result is one line of key=value pairs on stdout for each measured window
 * (-j), or a single one in the scenarios idle, storm and tls.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MARK_LEN = 23, RBUF = 1 << 22, MAX_CONN = 65535 };
enum dialect { IRC, XMPP, MUMBLE, CHAT, JSON, WS };
enum scenario { PAIR, FANOUT, IDLE, STORM, TLSONLY, REPLAY, FILES };

/* Connection states up to READY; the LOGIN_* meanings are per dialect. */
enum state { UNUSED, CONNECTING, HANDSHAKE, LOGIN_1, LOGIN_2, LOGIN_3, LOGIN_4, LOGIN_5, READY, DEAD };

struct buf { char *p; size_t len, cap; };

struct conn {
    int fd;
    uint32_t id;
    enum state state;
    SSL *ssl;
    struct buf in;          /* received, not yet a complete message */
    struct buf out;         /* not yet accepted by SSL_write */
    int want_out;           /* EPOLLOUT is registered */
    uint32_t session;       /* mumble session id */
    uint64_t sent, got;     /* as a sender: messages sent, deliveries seen */
    uint64_t started;
    size_t content;         /* bytes of a file's content not yet written */
    size_t skip;            /* bytes of a file's content not yet received */
    uint64_t asked;         /* when the replay was requested, or the sending of the file began */
    int items;              /* items of a replay still to come */
    char token[64];         /* json: with which it comes back */
};

static struct {
    const char *host, *domain, *room, *prefix, *password;
    int port;
    enum dialect dialect;
    enum scenario scenario;
    int n, first, leave, concurrency, senders, window, repeats, msglen, verbose, want_tls12, named, slow, items, ids, back, group;
    long filelen;
    double secs, warm, rate, settle;
    char *pids, *dbpids;
} opt = { .host = "::1", .domain = "localhost", .room = "bench", .prefix = "b", .password = "pw",
          .n = 100, .concurrency = 32, .senders = 1, .window = 1, .repeats = 1, .msglen = 100,
          .secs = 5, .warm = 1, .settle = 0.5, .items = 100, .filelen = 16 << 20 };

static struct conn *conns;
static SSL_CTX *ctx;
static int ep, n_ready, n_started, n_pending, n_failed, n_handshakes;
static int sending, recording;
static uint64_t delivered, measured, sent_total, expect = 1, last_rx, throttled;
static char group[24];      /* json: the group that the first user has made */
static int grouped, changes; /* users named in it so far; changes of it that were told */
static char scratch[RBUF];

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void die(const char *what)
{
    perror(what);
    exit(1);
}

/* ---------- latency histogram in ns: 32 linear steps per power of two ---------- */

static uint64_t hist[64 * 64], hist_n;

static void hist_add(uint64_t v)
{
    int shift = v < 64 ? 0 : 58 - __builtin_clzll(v);
    hist[shift * 64 + (int)((v >> shift) & 63) + 0]++;
    hist_n++;
}

static double hist_ms(double q)
{
    uint64_t need = (uint64_t)(q * (double)hist_n), seen = 0;
    for (int shift = 0; shift < 58; shift++)
        for (int i = shift ? 32 : 0; i < 64; i++) {
            seen += hist[shift * 64 + i];
            if (seen > need) return (double)((uint64_t)i << shift) / 1e6;
        }
    return 0;
}

/* ---------- server processes: CPU and memory, descendants included ---------- */

struct usage { double cpu; long rss, pss, hwm; };   /* seconds; KiB */

static long status_kib(const char *path, const char *key)
{
    char line[256];
    long v = 0;
    FILE *f = fopen(path, "r");
    if (!f) return 0;
    while (fgets(line, sizeof line, f))
        if (!strncmp(line, key, strlen(key))) { v = strtol(line + strlen(key), NULL, 10); break; }
    fclose(f);
    return v;
}

static int read_stat(int pid, int *ppid, double *cpu)
{
    char path[64], line[1024], *p;
    unsigned long ut, st;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *f = fopen(path, "r");
    if (!f) return -1;
    p = fgets(line, sizeof line, f);
    fclose(f);
    if (!p || !(p = strrchr(line, ')'))) return -1;
    if (sscanf(p + 2, "%*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", ppid, &ut, &st) != 3) return -1;
    *cpu = (double)(ut + st) / (double)sysconf(_SC_CLK_TCK);
    return 0;
}

static void add_process(struct usage *u, int pid)
{
    char path[64];
    int ppid;
    double cpu;
    if (read_stat(pid, &ppid, &cpu)) return;
    u->cpu += cpu;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    u->rss += status_kib(path, "VmRSS:");
    u->hwm += status_kib(path, "VmHWM:");
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
    u->pss += status_kib(path, "Pss:");

    DIR *d = opendir("/proc");
    for (struct dirent *e; d && (e = readdir(d));) {
        int child = atoi(e->d_name);
        if (child > 0 && !read_stat(child, &ppid, &cpu) && ppid == pid) add_process(u, child);
    }
    if (d) closedir(d);
}

static struct usage usage_of(const char *pids)
{
    struct usage u = {0};
    if (!pids) return u;
    char *copy = strdup(pids), *save;
    for (char *t = strtok_r(copy, ",", &save); t; t = strtok_r(NULL, ",", &save)) add_process(&u, atoi(t));
    free(copy);
    return u;
}

/* Returns the CPU seconds spent by the whole machine, which show what else was running. */
static double machine_cpu(void)
{
    unsigned long long v[8] = {0};
    FILE *f = fopen("/proc/stat", "r");
    if (!f) return 0;
    int n = fscanf(f, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", v, v + 1, v + 2, v + 3, v + 4, v + 5, v + 6, v + 7);
    fclose(f);
    return n < 8 ? 0 : (double)(v[0] + v[1] + v[2] + v[5] + v[6] + v[7]) / (double)sysconf(_SC_CLK_TCK);
}

static double own_cpu(void)
{
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

/* ---------- buffers and output ---------- */

static void buf_add(struct buf *b, const void *p, size_t n)
{
    if (b->len + n > b->cap) {
        b->cap = (b->len + n) * 2;
        b->p = realloc(b->p, b->cap);
        if (!b->p) die("realloc");
    }
    memcpy(b->p + b->len, p, n);
    b->len += n;
}

static void watch(struct conn *c, int out)
{
    struct epoll_event ev = { .events = EPOLLIN | (out ? EPOLLOUT : 0), .data.ptr = c };
    if (epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &ev)) die("epoll_ctl mod");
    c->want_out = out;
}

static void drop(struct conn *c, const char *why)
{
    if (c->state == DEAD) return;
    if (opt.verbose || n_failed < 5)
        fprintf(stderr, "conn %u (state %d): %s; %s\n", c->id, c->state, why, ERR_reason_error_string(ERR_peek_last_error()) ?: "-");
    ERR_clear_error();
    if (c->state < READY) n_pending--; else n_ready--;
    n_failed++;
    c->state = DEAD;
    SSL_free(c->ssl);
    close(c->fd);
}

static void flush(struct conn *c)
{
    static char zeros[16384];
    size_t off = 0;
    int want = 0;
    while (off < c->out.len) {
        int r = SSL_write(c->ssl, c->out.p + off, (int)(c->out.len - off));
        if (r > 0) { off += (size_t)r; continue; }
        int e = SSL_get_error(c->ssl, r);
        if (e != SSL_ERROR_WANT_WRITE && e != SSL_ERROR_WANT_READ) { drop(c, "write failed"); return; }
        want = 1;
        break;
    }
    if (off) memmove(c->out.p, c->out.p + off, c->out.len - off);
    c->out.len -= off;
    while (!want && c->content) {
        int r = SSL_write(c->ssl, zeros, (int)(c->content < sizeof zeros ? c->content : sizeof zeros));
        if (r > 0) { c->content -= (size_t)r; continue; }
        int e = SSL_get_error(c->ssl, r);
        if (e != SSL_ERROR_WANT_WRITE && e != SSL_ERROR_WANT_READ) { drop(c, "write failed"); return; }
        want = 1;
    }
    if (want != c->want_out) watch(c, want);
}

static void send_bytes(struct conn *c, const void *p, size_t n)
{
    if (c->state == DEAD) return;
    buf_add(&c->out, p, n);
    if (!c->want_out) flush(c);
}

static void send_str(struct conn *c, const char *s) { send_bytes(c, s, strlen(s)); }

#define send_fmt(c, ...) do { char b_[2048]; \
    int n_ = snprintf(b_, sizeof b_, __VA_ARGS__); send_bytes(c, b_, (size_t)n_); } while (0)

/* ---------- framing helpers ---------- */

static void put16(unsigned char *p, uint32_t v) { p[0] = (unsigned char)(v >> 8); p[1] = (unsigned char)v; }
static void put32(unsigned char *p, uint32_t v) { put16(p, v >> 16); put16(p + 2, v & 0xffff); }
static uint32_t get16(const unsigned char *p) { return (uint32_t)p[0] << 8 | p[1]; }
static uint32_t get32(const unsigned char *p) { return get16(p) << 16 | get16(p + 2); }

static void chat_frame(struct conn *c, int type, int sub, const void *body, size_t n)
{
    unsigned char f[8 + 1024];
    put16(f, (uint32_t)type);
    put16(f + 2, (uint32_t)sub);
    put32(f + 4, (uint32_t)n);
    memcpy(f + 8, body, n);
    send_bytes(c, f, 8 + n);
}

/* Sends a message of JSON: as a line, or as a text frame with a mask of zeros. */
static void json_send(struct conn *c, const char *json)
{
    unsigned char f[8 + 1400] = { 0x81 };
    size_t n = strlen(json), at = 2;
    if (opt.dialect == JSON) { send_str(c, json); send_str(c, "\n"); return; }
    f[1] = (unsigned char)(0x80 | (n < 126 ? n : 126));
    if (n >= 126) { put16(f + 2, (uint32_t)n); at = 4; }
    memset(f + at, 0, 4);
    memcpy(f + at + 4, json, n);
    send_bytes(c, f, at + 4 + n);
}

static void json_login(struct conn *c)
{
    char json[256];
    if (c->token[0])
        snprintf(json, sizeof json, "{\"type\":1,\"info\":{\"token\":\"%s\",\"after\":0}}", c->token);
    else
        snprintf(json, sizeof json, "{\"type\":1,\"info\":{\"user_id\":\"%s%u\",\"user_pwd\":\"%s\",\"device\":\"bench\"}}",
                 opt.prefix, c->id, opt.password);
    c->state = LOGIN_2;
    json_send(c, json);
}

static void mumble_frame(struct conn *c, int type, const void *body, size_t n)
{
    unsigned char f[6 + 1024];
    put16(f, (uint32_t)type);
    put32(f + 2, (uint32_t)n);
    memcpy(f + 6, body, n);
    send_bytes(c, f, 6 + n);
}

static size_t pb_varint(unsigned char *p, uint64_t v)
{
    size_t n = 0;
    for (; v > 127; v >>= 7) p[n++] = (unsigned char)(v | 128);
    p[n++] = (unsigned char)v;
    return n;
}

static size_t pb_int(unsigned char *p, int field, uint64_t v)
{
    size_t n = pb_varint(p, (uint64_t)field << 3);
    return n + pb_varint(p + n, v);
}

static size_t pb_str(unsigned char *p, int field, const char *s)
{
    size_t n = pb_varint(p, (uint64_t)field << 3 | 2), len = strlen(s);
    n += pb_varint(p + n, len);
    memcpy(p + n, s, len);
    return n + len;
}

/* ---------- login: the data sent once TLS is up, and at each later step ---------- */

static void ready(struct conn *c)
{
    if (opt.verbose > 1) fprintf(stderr, "conn %u ready\n", c->id);
    c->state = READY;
    c->in.len = 0;
    n_ready++;
    n_pending--;
    if (opt.leave) {
        c->state = DEAD;
        SSL_shutdown(c->ssl);
        SSL_free(c->ssl);
        close(c->fd);
    }
}

static void xmpp_open(struct conn *c)
{
    send_fmt(c, "<?xml version='1.0'?><stream:stream to='%s' version='1.0' xmlns='jabber:client' "
                "xmlns:stream='http://etherx.jabber.org/streams'>", opt.domain);
}

static void login_start(struct conn *c)
{
    unsigned char b[256] = {0};
    size_t n;
    char name[32];

    n_handshakes++;
    if (opt.scenario == TLSONLY) {
        c->state = DEAD;
        n_pending--;
        n_ready++;
        SSL_shutdown(c->ssl);
        SSL_free(c->ssl);
        close(c->fd);
        return;
    }
    c->state = LOGIN_1;
    snprintf(name, sizeof name, "%s%u", opt.prefix, c->id);
    switch (opt.dialect) {
    case IRC:
        send_fmt(c, "PASS %s\r\nNICK %s\r\nUSER %s 0 * :bench\r\n", opt.password, name, name);
        break;
    case XMPP:
        xmpp_open(c);
        break;
    case MUMBLE:
        n = pb_int(b, 1, 0x010304);
        n += pb_str(b + n, 2, "loadgen");
        mumble_frame(c, 0, b, n);
        n = pb_str(b, 1, name);
        n += pb_str(b + n, 2, opt.password);
        n += pb_int(b + n, 5, 1);
        mumble_frame(c, 2, b, n);
        break;
    case CHAT:
        strncpy((char *)b, name, 32);
        strncpy((char *)b + 32, opt.password, 32);
        chat_frame(c, 0x0010, 0, b, 64);
        break;
    case JSON:
        json_login(c);
        break;
    case WS:
        send_fmt(c, "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    "Sec-WebSocket-Protocol: chat-json\r\n\r\n");
        break;
    }
}

static int is_self_presence(const char *s) { return strstr(s, "code='110'") || strstr(s, "code=\"110\""); }

static void xmpp_login(struct conn *c)
{
    static const char *await[] = { "features", "<success", "features", "<jid>", "110" };
    int step = (int)c->state - LOGIN_1;
    unsigned char plain[128], b64[256];
    int n;

    buf_add(&c->in, "", 1);
    c->in.len--;
    if (strstr(c->in.p, "<failure") || strstr(c->in.p, "stream:error") || strstr(c->in.p, "type='error'")) {
        if (opt.verbose) fprintf(stderr, "%s\n", c->in.p);
        drop(c, "xmpp refused");
        return;
    }
    char *hit = strstr(c->in.p, await[step]);
    if (step == 4 && (!hit || !is_self_presence(c->in.p))) {     /* a busy room: others' presence comes first */
        size_t keep = c->in.len < 64 ? c->in.len : 64;
        memmove(c->in.p, c->in.p + c->in.len - keep, keep);
        c->in.len = keep;
        return;
    }
    if (!hit) return;
    if (step == 0 || step == 2) {           /* the whole <stream:features> element */
        if (!strstr(c->in.p, "</stream:features>") && !strstr(c->in.p, "<stream:features/>")) return;
    }
    c->in.len = 0;
    c->state++;
    switch (step) {
    case 0:
        n = snprintf((char *)plain, sizeof plain, "%c%s%u%c%s", 0, opt.prefix, c->id, 0, opt.password);
        EVP_EncodeBlock(b64, plain, n);
        send_fmt(c, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>%s</auth>", b64);
        break;
    case 1:
        xmpp_open(c);
        break;
    case 2:
        send_str(c, "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r</resource></bind></iq>");
        break;
    case 3:
        send_str(c, "<presence/>");
        if (opt.scenario != FANOUT) { ready(c); break; }
        send_fmt(c, "<presence to='%s@conference.%s/%s%u'><x xmlns='http://jabber.org/protocol/muc'>"
                    "<history maxstanzas='0'/></x></presence>", opt.room, opt.domain, opt.prefix, c->id);
        break;
    case 4:
        ready(c);
        break;
    }
}

/* ---------- sending and receiving messages ---------- */

static void make_text(char *t, const struct conn *from)
{
    int n = snprintf(t, 64, "~T%016llx%04x~", (unsigned long long)now_ns(), from->id);
    memset(t + n, 'x', (size_t)(opt.msglen - n));
    t[opt.msglen] = 0;
}

static struct conn *partner(const struct conn *c) { return &conns[c->id + (uint32_t)opt.n / 2]; }
static struct conn *sender_of(const struct conn *c) { return &conns[c->id - (uint32_t)opt.n / 2]; }

/* chat: sends a text to everybody else by name, to at most 1,000 of them */
static void send_named(struct conn *c, const char *text)
{
    static unsigned char b[8 + 4 + 32 * 1000 + 1024];
    size_t k = 0, len = strlen(text);
    for (int i = 0; i < opt.n && k < 1000; i++) {
        if (&conns[i] == c) continue;
        unsigned char *name = b + 12 + 32 * k++;
        memset(name, 0, 32);
        snprintf((char *)name, 32, "%s%u", opt.prefix, conns[i].id);
    }
    put32(b, 0x00120000);
    put32(b + 4, (uint32_t)(4 + 32 * k + len));
    put32(b + 8, (uint32_t)k);
    memcpy(b + 12 + 32 * k, text, len);
    send_bytes(c, b, 12 + 32 * k + len);
}

static void ask_replay(struct conn *c)
{
    unsigned char b[4];
    put32(b, (uint32_t)opt.items);
    c->sent++;
    sent_total++;
    c->asked = now_ns();
    c->items = opt.items;
    chat_frame(c, 0x0012, 5, b, 4);
}

/* chat: sends a file to the partner, which fetches it when notified */
static void offer_file(struct conn *c)
{
    unsigned char f[8 + 4 + 32 + 64] = {0};
    c->sent++;
    sent_total++;
    c->asked = now_ns();
    put32(f, 0x00120002);
    put32(f + 4, (uint32_t)(100 + opt.filelen));
    put32(f + 8, 1);
    snprintf((char *)f + 12, 32, "%s%u", opt.prefix, partner(c)->id);
    snprintf((char *)f + 44, 64, "f%u.bin", c->id);
    buf_add(&c->out, f, sizeof f);
    c->content = (size_t)opt.filelen;
    if (!c->want_out) flush(c);
}

static void send_message(struct conn *c)
{
    char text[1024];
    unsigned char b[1400];
    size_t n;
    int all = opt.scenario == FANOUT;

    if (opt.scenario == REPLAY) { ask_replay(c); return; }
    if (opt.scenario == FILES) { offer_file(c); return; }
    const struct conn *to = all ? c : partner(c);

    make_text(text, c);
    c->sent++;
    sent_total++;
    switch (opt.dialect) {
    case IRC:
        if (all) send_fmt(c, "PRIVMSG #%s :%s\r\n", opt.room, text);
        else send_fmt(c, "PRIVMSG %s%u :%s\r\n", opt.prefix, to->id, text);
        break;
    case XMPP:
        if (all) send_fmt(c, "<message to='%s@conference.%s' type='groupchat' id='m%llu'><body>%s</body></message>",
                          opt.room, opt.domain, (unsigned long long)c->sent, text);
        else send_fmt(c, "<message to='%s%u@%s/r' type='chat' id='m%llu'><body>%s</body></message>",
                      opt.prefix, to->id, opt.domain, (unsigned long long)c->sent, text);
        break;
    case MUMBLE:
        n = all ? pb_int(b, 3, 0) : pb_int(b, 2, to->session);
        n += pb_str(b + n, 5, text);
        mumble_frame(c, 11, b, n);
        break;
    case CHAT:
        if (all && opt.named) { send_named(c, text); break; }
        if (all) { chat_frame(c, 0x0012, 1, text, strlen(text)); break; }
        memset(b, 0, 36);
        put32(b, 1);
        snprintf((char *)b + 4, 32, "%s%u", opt.prefix, to->id);
        memcpy(b + 36, text, strlen(text));
        chat_frame(c, 0x0012, 0, b, 36 + strlen(text));
        break;
    case JSON: case WS:
        n = all ? (size_t)sprintf((char *)b, "{\"type\":4,\"receive\":\"%s\",\"info\":\"%s\"", group, text)
                : (size_t)sprintf((char *)b, "{\"type\":3,\"receive\":\"%s%u\",\"info\":\"%s\"", opt.prefix, to->id, text);
        if (opt.ids) n += (size_t)sprintf((char *)b + n, ",\"id\":\"%016llx%08x%08llx\"", (unsigned long long)now_ns(), c->id,
                                          (unsigned long long)c->sent);
        strcpy((char *)b + n, "}");
        json_send(c, (char *)b);
        break;
    }
}

static int has_credit(const struct conn *c) { return c->sent * expect < c->got + (uint64_t)opt.window * expect; }

static uint64_t hex(const char *p, int n)
{
    uint64_t v = 0;
    for (; n--; p++) v = v << 4 | (uint64_t)(*p <= '9' ? *p - '0' : (*p | 32) - 'a' + 10);
    return v;
}

/* Counts the delivery of the whole marker at p. */
static void delivery(const char *p)
{
    uint64_t t = hex(p + 2, 16), from = hex(p + 18, 4);
    last_rx = now_ns();
    delivered++;
    if (from >= (uint64_t)opt.n) return;
    struct conn *s = &conns[from];
    s->got++;
    if (recording) { measured++; hist_add(last_rx - t); }
    while (sending && opt.rate == 0 && s->state == READY && has_credit(s)) send_message(s);
}

/* Finds every whole marker in p[0..n); returns the number of bytes consumed. */
static size_t scan_markers(const char *p, size_t n)
{
    size_t i = 0;
    while (i + 1 < n) {
        const char *q = memchr(p + i, '~', n - i);
        if (!q) return n;
        i = (size_t)(q - p);
        if (i + MARK_LEN > n) return i;
        if (q[1] == 'T' && q[MARK_LEN - 1] == '~') { delivery(q); i += MARK_LEN; }
        else i++;
    }
    return i;
}

static void irc_line(struct conn *c, char *l)
{
    if (!strncmp(l, "PING ", 5)) { send_fmt(c, "PONG %s\r\n", l + 5); return; }
    char *cmd = *l == ':' ? strchr(l, ' ') : NULL;
    if (!cmd) { if (!strncmp(l, "ERROR", 5)) { if (opt.verbose) fprintf(stderr, "%s\n", l); drop(c, l); } return; }
    cmd++;
    if (!strncmp(cmd, "PRIVMSG ", 8)) {
        char *m = strstr(cmd, "~T");
        if (m && strlen(m) >= MARK_LEN) delivery(m);
    } else if (c->state == LOGIN_1 && (!strncmp(cmd, "376 ", 4) || !strncmp(cmd, "422 ", 4))) {
        if (opt.scenario != FANOUT) { ready(c); return; }
        c->state = LOGIN_2;
        send_fmt(c, "JOIN #%s\r\n", opt.room);
    } else if (c->state == LOGIN_2 && !strncmp(cmd, "366 ", 4)) {
        ready(c);
    } else if (opt.verbose > 1) {
        fprintf(stderr, "%u< %s\n", c->id, l);
    }
}

static size_t irc_input(struct conn *c, char *p, size_t n)
{
    size_t i = 0;
    for (char *nl; c->state != DEAD && (nl = memchr(p + i, '\n', n - i)); i = (size_t)(nl - p) + 1) {
        *nl = 0;
        if (nl > p + i && nl[-1] == '\r') nl[-1] = 0;
        irc_line(c, p + i);
    }
    return i;
}

static size_t mumble_input(struct conn *c, char *p, size_t n)
{
    size_t i = 0;
    while (c->state != DEAD && n - i >= 6) {
        const unsigned char *f = (unsigned char *)p + i, *b = f + 6;
        uint32_t type = get16(f), len = get32(f + 2);
        if (n - i < 6 + (size_t)len) break;
        if (type == 11) {
            scan_markers((const char *)b, len);
        } else if (type == 5 && c->state == LOGIN_1) {      /* ServerSync: field 1 is our session */
            uint32_t v = 0;
            for (int k = 1, s = 0; k < (int)len; k++, s += 7) { v |= (uint32_t)(b[k] & 127) << s; if (!(b[k] & 128)) break; }
            c->session = v;
            ready(c);
        } else if (type == 4 || type == 12) {
            if (opt.verbose) fprintf(stderr, "reject type %u: %.*s\n", type, (int)len, b);
            drop(c, "mumble reject/denied");
            return n;
        }
        i += 6 + (size_t)len;
    }
    return i;
}

/* Counts a replay or a file of sender s that has arrived completely. */
static void done(struct conn *s)
{
    last_rx = now_ns();
    delivered++;
    s->got++;
    if (recording) { measured++; hist_add(last_rx - s->asked); }
    if (sending && s->state == READY) send_message(s);
}

static size_t chat_input(struct conn *c, char *p, size_t n)
{
    size_t i = 0;
    if (c->skip) {
        i = n < c->skip ? n : c->skip;
        c->skip -= i;
        if (!c->skip) done(sender_of(c));
    }
    while (c->state != DEAD && !c->skip && n - i >= 8) {
        const unsigned char *f = (unsigned char *)p + i;
        uint32_t type = get16(f), sub = get16(f + 2), len = get32(f + 4);
        if (type == 0x0082 && sub == 2 && n - i >= 8 + 119) {
            size_t rest = 8 + (size_t)len;
            if (n - i < rest) { c->skip = rest - (n - i); return n; }
            i += rest;
            done(sender_of(c));
            continue;
        }
        if (n - i < 8 + (size_t)len) break;
        if (opt.scenario == REPLAY && c->state == READY && type == 0x0082 && sub < 2) {
            if (c->items > 0 && --c->items == 0) done(c);
        } else if (opt.scenario == FILES && type == 0x0082 && sub == 1) {
            chat_frame(c, 0x0012, 4, f + 8 + 115, 4);
        } else if (type == 0x0082 && sub == 0 && len > 51) {
            scan_markers(p + i + 8 + 51, len - 51);
        } else if (type == 0x0080 && c->state == LOGIN_1) {
            if (sub > 1) { drop(c, "chat login refused"); return n; }
            c->state = LOGIN_2;
        } else if (type == 0x0083 && c->state == LOGIN_2) {
            ready(c);
        }
        i += 8 + (size_t)len;
    }
    return i;
}

/* Makes a group of the first opt.group users, or adds further ones: at most 1,000 at once. */
static void grow_group(struct conn *c)
{
    static char json[1 << 15];
    int more = opt.group - grouped < 1000 ? opt.group - grouped : 1000;
    size_t n = *group ? (size_t)sprintf(json, "{\"type\":23,\"id\":\"%016llx\",\"info\":{\"op\":\"add\",\"group_id\":\"%s\",\"users\":[", (unsigned long long)now_ns(), group)
                      : (size_t)sprintf(json, "{\"type\":23,\"id\":\"%016llx\",\"info\":{\"op\":\"create\",\"name\":\"Bench\",\"members\":[", (unsigned long long)now_ns());
    for (int i = 0; i < more; i++) n += (size_t)sprintf(json + n, "%s\"%s%d\"", i ? "," : "", opt.prefix, opt.first + grouped + i);
    strcpy(json + n, "]}}");
    grouped += more;
    json_send(c, json);
}

static void grown_group(struct conn *c, const char *p, size_t n)
{
    if (memmem(p, n, "\"type\":18,", 10)) { fprintf(stderr, "no group: %.*s\n", (int)n, p); exit(2); }
    const char *made = memmem(p, n, "\"group_id\":\"", 12), *end = made ? memchr(made + 12, '"', sizeof group) : NULL;
    if (end) snprintf(group, sizeof group, "%.*s", (int)(end - made - 12), made + 12);
    if (grouped < opt.group) grow_group(c); else grouped++;
}

static void json_message(struct conn *c, const char *p, size_t n)
{
    if (c->state == READY) {
        if (opt.group && memmem(p, n, "\"type\":24,", 10)) changes++;
        else if (opt.group && c == conns && grouped <= opt.group
                 && (memmem(p, n, "\"type\":17,", 10) || memmem(p, n, "\"type\":18,", 10))) grown_group(c, p, n);
        else scan_markers(p, n);
        return;
    }
    if (!memmem(p, n, "\"type\":2,", 9)) return;
    if (!memmem(p, n, "\"code\":\"ok\"", 11)) { drop(c, "json login refused"); return; }
    const char *token = memmem(p, n, "\"token\":\"", 9), *end = token ? memchr(token + 9, '"', sizeof c->token) : NULL;
    if (end) snprintf(c->token, sizeof c->token, "%.*s", (int)(end - token - 9), token + 9);
    ready(c);
}

static size_t json_input(struct conn *c, const char *p, size_t n)
{
    size_t i = 0;
    for (const char *nl; c->state != DEAD && (nl = memchr(p + i, '\n', n - i)); i = (size_t)(nl - p) + 1)
        json_message(c, p + i, (size_t)(nl - p) - i);
    return i;
}

static size_t ws_input(struct conn *c, const char *p, size_t n)
{
    size_t i = 0;
    if (c->state == LOGIN_1) {
        const char *end = memmem(p, n, "\r\n\r\n", 4);
        if (!end) return 0;
        if (!memmem(p, n, " 101 ", 5)) { drop(c, "no websocket"); return n; }
        i = (size_t)(end - p) + 4;
        json_login(c);
    }
    while (c->state != DEAD && n - i >= 2) {
        const unsigned char *f = (const unsigned char *)p + i;
        size_t len = f[1] & 127, head = len < 126 ? 2 : len == 126 ? 4 : 10;
        if (n - i < head) break;
        if (head == 4) len = get16(f + 2);
        if (head == 10) len = get32(f + 6);
        if (n - i < head + len) break;
        if ((f[0] & 15) == 9) send_bytes(c, "\x8a\x80\0\0\0\0", 6);
        else if ((f[0] & 15) == 1) json_message(c, p + i + head, len);
        i += head + len;
    }
    return i;
}

static void input(struct conn *c)
{
    for (;;) {
        size_t have = c->in.len;
        char *p = scratch;
        if (have > RBUF / 2) { drop(c, "input unit too long"); return; }
        memcpy(p, c->in.p ?: "", have);
        int r = SSL_read(c->ssl, p + have, (int)(RBUF - 1 - have));
        if (r <= 0) {
            int e = SSL_get_error(c->ssl, r);
            if (e != SSL_ERROR_WANT_READ && e != SSL_ERROR_WANT_WRITE) drop(c, "closed by server");
            return;
        }
        size_t n = have + (size_t)r, used = 0;
        c->in.len = 0;
        switch (opt.dialect) {
        case IRC: used = irc_input(c, p, n); break;
        case MUMBLE: used = mumble_input(c, p, n); break;
        case CHAT: used = chat_input(c, p, n); break;
        case JSON: used = json_input(c, p, n); break;
        case WS: used = ws_input(c, p, n); break;
        case XMPP:
            if (c->state == READY) { used = scan_markers(p, n); break; }
            buf_add(&c->in, p, n);
            xmpp_login(c);
            used = n;
            break;
        }
        if (c->state == DEAD) return;
        if (used < n) buf_add(&c->in, p + used, n - used);
    }
}

/* ---------- connecting ---------- */

static void start_conn(struct conn *c)
{
    struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)opt.port) };
    int one = 1;
    inet_pton(AF_INET6, opt.host, &a.sin6_addr);
    c->fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (c->fd < 0) die("socket");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(c->fd, (struct sockaddr *)&a, sizeof a) && errno != EINPROGRESS) die("connect");
    c->ssl = SSL_new(ctx);
    SSL_set_fd(c->ssl, c->fd);
    SSL_set_connect_state(c->ssl);
    c->state = CONNECTING;
    c->started = now_ns();
    c->want_out = 1;
    struct epoll_event ev = { .events = EPOLLIN | EPOLLOUT, .data.ptr = c };
    if (epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &ev)) die("epoll_ctl add");
    n_started++;
    n_pending++;
}

static void event(struct conn *c, uint32_t ev)
{
    if (c->state == DEAD) return;
    if (c->state == CONNECTING) {
        int err = 0;
        socklen_t l = sizeof err;
        getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &l);
        if (err) { errno = err; drop(c, strerror(err)); return; }
        c->state = HANDSHAKE;
    }
    if (c->state == HANDSHAKE) {
        int r = SSL_do_handshake(c->ssl);
        if (r == 1) {
            if (c->want_out) watch(c, 0);
            login_start(c);
        } else {
            int e = SSL_get_error(c->ssl, r);
            if (e == SSL_ERROR_WANT_READ) { if (c->want_out) watch(c, 0); }
            else if (e == SSL_ERROR_WANT_WRITE) { if (!c->want_out) watch(c, 1); }
            else drop(c, "handshake failed");
        }
        return;
    }
    if (ev & EPOLLOUT) flush(c);
    if (c->state != DEAD && (ev & (EPOLLIN | EPOLLHUP | EPOLLERR))) input(c);
}

static void poll_once(int ms)
{
    struct epoll_event ev[256];
    int n = epoll_wait(ep, ev, 256, ms);
    if (n < 0 && errno != EINTR) die("epoll_wait");
    for (int i = 0; i < n; i++) event(ev[i].data.ptr, ev[i].events);
}

static void connect_all(void)
{
    uint64_t t = now_ns();
    int last = 0;
    while (n_ready + n_failed < opt.n) {
        while (n_started < opt.n && n_pending < opt.concurrency) start_conn(&conns[n_started]);
        poll_once(100);
        if (n_ready != last) { last = n_ready; t = now_ns(); }
        if (now_ns() - t > 30000000000ull) { fprintf(stderr, "stuck: %d ready, %d pending\n", n_ready, n_pending); exit(2); }
    }
}

/* ---------- phases ---------- */

static const char *dialects[] = { "irc", "xmpp", "mumble", "chat", "json", "ws" };
static const char *scenarios[] = { "pair", "fanout", "idle", "storm", "tls", "replay", "files" };

static void run_for(double secs)
{
    uint64_t end = now_ns() + (uint64_t)(secs * 1e9);
    for (uint64_t t; (t = now_ns()) < end;) poll_once((int)((end - t) / 1000000) + 1);
}

/* Sends at opt.rate messages/s over all senders, still within their windows. */
static void run_paced(double secs)
{
    static double due;
    static int next;
    uint64_t start = now_ns(), end = start + (uint64_t)(secs * 1e9), prev = start;
    int n = opt.scenario == FANOUT ? opt.senders : opt.n / 2;
    for (uint64_t t; (t = now_ns()) < end;) {
        due += (double)(t - prev) / 1e9 * opt.rate;
        prev = t;
        for (; due >= 1; due--) {
            struct conn *c = &conns[next++ % n];
            if (c->state == READY && has_credit(c)) send_message(c); else throttled++;
        }
        poll_once(1);
    }
}

static void run_load(double secs) { if (opt.rate > 0) run_paced(secs); else run_for(secs); }

/* Measures how many deliveries one room message causes (some servers echo to the sender). */
static void calibrate(void)
{
    uint64_t before = delivered;
    conns[0].got = conns[0].sent = 0;
    send_message(&conns[0]);
    run_for(1.0 + opt.n / 2000.0);
    expect = delivered - before;
    if (!expect) { fprintf(stderr, "calibration: no delivery\n"); exit(3); }
    conns[0].got = conns[0].sent = 0;
    sent_total = 0;
}

/* Connects and logs in everybody; head receives the part of the result that all lines share. */
static void login(char *head, size_t size)
{
    struct usage s0 = usage_of(opt.pids), q0 = usage_of(opt.dbpids);
    uint64_t t0 = now_ns();
    connect_all();
    double secs = (double)(now_ns() - t0) / 1e9;
    struct usage s1 = usage_of(opt.pids), q1 = usage_of(opt.dbpids);
    const char *version = "-", *cipher = "-";
    for (int i = 0; i < opt.n; i++) if (conns[i].state == READY) {
        version = SSL_get_version(conns[i].ssl);
        cipher = SSL_get_cipher_name(conns[i].ssl);
        break;
    }
    snprintf(head, size, "dialect=%s scenario=%s n=%d ready=%d failed=%d handshakes=%d login_s=%.3f logins_per_s=%.0f "
             "cpu_ms_per_login=%.3f db_ms_per_login=%.3f tls=%s cipher=%s",
             dialects[opt.dialect], scenarios[opt.scenario], opt.n, n_ready, n_failed, n_handshakes, secs, n_ready / secs,
             (s1.cpu - s0.cpu) * 1e3 / opt.n, (q1.cpu - q0.cpu) * 1e3 / opt.n, version, cipher);
}

/* Makes the group; head then says what that took. */
static void make_group(char *head, size_t size)
{
    struct usage s0 = usage_of(opt.pids), q0 = usage_of(opt.dbpids);
    uint64_t t0 = now_ns(), end = t0 + 60000000000ull;
    grow_group(conns);
    while (grouped <= opt.group && now_ns() < end) poll_once(100);
    if (grouped <= opt.group) { fprintf(stderr, "the group was not made\n"); exit(2); }
    double secs = (double)(now_ns() - t0) / 1e9;
    do run_for(opt.settle); while (now_ns() - last_rx < 200000000u);
    struct usage s1 = usage_of(opt.pids), q1 = usage_of(opt.dbpids);
    size_t n = strlen(head);
    snprintf(head + n, size - n, " group_calls=%d group_s=%.3f group_told=%d group_cpu_ms=%.1f group_db_ms=%.1f", (opt.group + 999) / 1000,
             secs, changes, (s1.cpu - s0.cpu) * 1e3, (q1.cpu - q0.cpu) * 1e3);
}

/* Says "back", reads the port and the pid of a server that was started anew, and connects everybody with their tokens. */
static void come_back(char *head, size_t size)
{
    static char pid[16];
    puts("back");
    fflush(stdout);
    if (scanf("%d %15s", &opt.port, pid) != 2) { fprintf(stderr, "no port and pid to come back to\n"); exit(64); }
    opt.pids = pid;
    for (int i = 0; i < opt.n; i++) {
        struct conn *c = &conns[i];
        if (c->state != DEAD) { SSL_free(c->ssl); close(c->fd); }
        c->in.len = c->out.len = 0;
        c->state = UNUSED;
    }
    n_ready = n_started = n_pending = n_failed = n_handshakes = 0;
    login(head, size);
}

static void idle(const char *head, struct usage before)
{
    struct usage s1 = usage_of(opt.pids);
    run_for(opt.secs);
    struct usage s2 = usage_of(opt.pids);
    printf("%s rss0_kib=%ld rss1_kib=%ld pss0_kib=%ld pss1_kib=%ld rss_bytes_per_conn=%.0f pss_bytes_per_conn=%.0f "
           "idle_cpu_pct=%.2f still_ready=%d\n",
           head, before.rss, s2.rss, before.pss, s2.pss, (double)(s2.rss - before.rss) * 1024 / n_ready,
           (double)(s2.pss - before.pss) * 1024 / n_ready, (s2.cpu - s1.cpu) * 100 / opt.secs, n_ready);
}

/* Runs one measured window: load, warm up, measure, stop, drain, report. */
static void window(const char *head)
{
    int senders = opt.scenario == FANOUT ? opt.senders : opt.scenario == REPLAY ? opt.n : opt.n / 2;
    for (int i = 0; i < opt.n; i++) conns[i].sent = conns[i].got = 0;
    memset(hist, 0, sizeof hist);
    hist_n = measured = sent_total = 0;
    sending = 1;
    if (opt.rate == 0) for (int i = 0; i < senders; i++) for (int w = 0; w < opt.window; w++) send_message(&conns[i]);
    run_load(opt.warm);

    struct usage s0 = usage_of(opt.pids), q0 = usage_of(opt.dbpids);
    double me0 = own_cpu(), all0 = machine_cpu();
    uint64_t t0 = now_ns();
    recording = 1;
    throttled = 0;
    run_load(opt.secs);
    recording = sending = 0;
    double secs = (double)(now_ns() - t0) / 1e9, m = measured ? (double)measured : 1;
    struct usage s1 = usage_of(opt.pids), q1 = usage_of(opt.dbpids);
    double server = s1.cpu - s0.cpu, db = q1.cpu - q0.cpu, me = own_cpu() - me0, all = machine_cpu() - all0;

    do run_for(1); while (now_ns() - last_rx < 500000000u);     /* drain */
    struct usage s2 = usage_of(opt.pids), q2 = usage_of(opt.dbpids);
    uint64_t got = 0;
    for (int i = 0; i < opt.n; i++) got += conns[i].got;
    printf("%s window=%d senders=%d rate=%.0f per_msg=%llu secs=%.2f delivered=%llu per_s=%.0f cpu_us=%.2f db_cpu_us=%.2f "
           "server_cpu_pct=%.0f db_cpu_pct=%.0f loadgen_cpu_pct=%.0f other_cpu_pct=%.0f p50_ms=%.3f p99_ms=%.3f p999_ms=%.3f "
           "lost=%lld throttled=%llu alive=%d rss_kib=%ld peak_rss_kib=%ld after_cpu_s=%.2f after_db_cpu_s=%.2f\n",
           head, opt.window, senders, opt.rate, (unsigned long long)expect, secs, (unsigned long long)measured,
           (double)measured / secs, server * 1e6 / m, db * 1e6 / m, server * 100 / secs, db * 100 / secs, me * 100 / secs,
           (all - me - server - db) * 100 / secs, hist_ms(.5), hist_ms(.99), hist_ms(.999),
           (long long)(sent_total * expect) - (long long)got, (unsigned long long)throttled, n_ready,
           s2.rss, s2.hwm, s2.cpu - s1.cpu, q2.cpu - q1.cpu);
    fflush(stdout);
}

static int lookup(const char *s, const char **names, int n)
{
    for (int i = 0; i < n; i++) if (!strcmp(s, names[i])) return i;
    fprintf(stderr, "unknown: %s\n", s);
    exit(64);
}

static void print_usage(void)
{
    puts("loadgen -d irc|xmpp|mumble|chat|json|ws -s pair|fanout|idle|storm|tls|replay|files -P port [options]\n"
         "  -n N      connections (users b0..bN-1)       -w PASSWORD\n"
         "  -p PIDS   server pids, comma separated       -q PIDS  database pids, reported separately\n"
         "  -c C      logins in progress at one time     -t SECS  measured time   -T SECS warm-up\n"
         "  -W W      messages in flight per sender      -k K     senders (fanout only)\n"
         "  -r RATE   paced: messages/s over all senders (default: as fast as the windows allow)\n"
         "  -j TIMES  measured windows, one after the other, on the same connections\n"
         "  -l LEN    text length                        -x PREFIX user name prefix\n"
         "  -H HOST   IPv6 address     -D DOMAIN xmpp    -R ROOM    -e SECS settle after login\n"
         "  -N        fanout to named users, not to all  -S K  the last K stop reading (fanout)\n"
         "  -f FIRST  number of the first user           -Q  leave once logged in (storm)\n"
         "  -m ITEMS  items per replay                   -F BYTES size of a file\n"
         "  -G SIZE   fanout to a group of users b0..bSIZE-1, whether connected or not, which b0 makes (json)\n"
         "  -i        an id for each message (json, ws)  -B  come back with tokens to a server started anew (storm)\n"
         "  -2        allow TLS 1.2                      -v  be more verbose");
}

static void parse_args(int argc, char **argv)
{
    int o, d = 0, s = 0;
    while ((o = getopt(argc, argv, "d:s:P:n:w:p:q:c:t:T:W:k:r:j:l:x:H:D:R:e:m:F:S:f:G:QNiB2vh")) != -1) switch (o) {
        case 'd': d = lookup(optarg, dialects, 6); break;
        case 's': s = lookup(optarg, scenarios, 7); break;
        case 'P': opt.port = atoi(optarg); break;
        case 'n': opt.n = atoi(optarg); break;
        case 'w': opt.password = optarg; break;
        case 'p': opt.pids = optarg; break;
        case 'q': opt.dbpids = optarg; break;
        case 'c': opt.concurrency = atoi(optarg); break;
        case 't': opt.secs = atof(optarg); break;
        case 'T': opt.warm = atof(optarg); break;
        case 'W': opt.window = atoi(optarg); break;
        case 'k': opt.senders = atoi(optarg); break;
        case 'r': opt.rate = atof(optarg); break;
        case 'j': opt.repeats = atoi(optarg); break;
        case 'l': opt.msglen = atoi(optarg); break;
        case 'x': opt.prefix = optarg; break;
        case 'H': opt.host = optarg; break;
        case 'D': opt.domain = optarg; break;
        case 'R': opt.room = optarg; break;
        case 'e': opt.settle = atof(optarg); break;
        case 'm': opt.items = atoi(optarg); break;
        case 'F': opt.filelen = atol(optarg); break;
        case 'f': opt.first = atoi(optarg); break;
        case 'G': opt.group = atoi(optarg); break;
        case 'Q': opt.leave = 1; break;
        case 'S': opt.slow = atoi(optarg); break;
        case 'N': opt.named = 1; break;
        case 'i': opt.ids = 1; break;
        case 'B': opt.back = 1; break;
        case '2': opt.want_tls12 = 1; break;
        case 'v': opt.verbose++; break;
        case 'h': print_usage(); exit(0);
        default: print_usage(); exit(64);
    }
    opt.dialect = (enum dialect)d;
    opt.scenario = (enum scenario)s;
    if (opt.msglen < MARK_LEN + 1) opt.msglen = MARK_LEN + 1;
    if (opt.msglen > 900) opt.msglen = 900;
    if (!opt.port || opt.n < 2 || opt.n > MAX_CONN || (opt.group && (opt.dialect != JSON || opt.group < 2))) { print_usage(); exit(64); }
}

int main(int argc, char **argv)
{
    parse_args(argc, argv);
    signal(SIGPIPE, SIG_IGN);
    struct rlimit rl;
    getrlimit(RLIMIT_NOFILE, &rl);
    rl.rlim_cur = rl.rlim_max;
    setrlimit(RLIMIT_NOFILE, &rl);

    ctx = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(ctx, opt.want_tls12 ? TLS1_2_VERSION : TLS1_3_VERSION);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    if (opt.dialect == JSON) SSL_CTX_set_alpn_protos(ctx, (const unsigned char *)"\x0b" "chat-json/1", 12);
    if (opt.dialect == WS) SSL_CTX_set_alpn_protos(ctx, (const unsigned char *)"\x08" "http/1.1", 9);
    ep = epoll_create1(0);
    conns = calloc((size_t)opt.n, sizeof *conns);
    for (int i = 0; i < opt.n; i++) conns[i].id = (uint32_t)(opt.first + i);

    struct usage s0 = usage_of(opt.pids);
    char head[768];
    login(head, sizeof head);
    if (opt.back) come_back(head, sizeof head);
    if (opt.scenario == IDLE) {
        idle(head, s0);
    } else if (opt.scenario != STORM && opt.scenario != TLSONLY) {
        if (n_failed) { fprintf(stderr, "%d connections failed\n", n_failed); return 2; }
        do run_for(opt.settle); while (now_ns() - last_rx < 200000000u);
        for (int i = opt.n - opt.slow; i < opt.n; i++) epoll_ctl(ep, EPOLL_CTL_DEL, conns[i].fd, NULL);
        if (opt.group) make_group(head, sizeof head);
        if (opt.scenario == FANOUT) calibrate();
        for (int i = 0; i < opt.repeats; i++) window(head);
    } else {
        puts(head);
    }
    return n_failed ? 2 : 0;
}
