package chatd.doctor.check;

import chatd.admin.api.SystemCalls;
import chatd.certs.ChainFacts;
import chatd.certs.Fingerprint;
import chatd.certs.Pem;
import chatd.daemon.config.Config;
import chatd.daemon.net.tls.Certificates;
import chatd.doctor.finding.Finding;
import chatd.doctor.finding.Topic;
import chatd.doctor.machine.Subject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Checks the certificate, its chain, its end, and who may read its key. */
final class CertificateCheck implements Check {
    private static final String RENEW =
            "Renew it, the way it was obtained: operations/certificates.md. The daemon takes it within ten seconds.";

    @Override
    public Topic topic() {
        return Topic.CERTIFICATE;
    }

    @Override
    public List<Finding> look(Subject subject) throws IOException {
        Config.Tls tls = subject.config().tls();
        List<Finding> found = new ArrayList<>();
        if (Subject.isHidden(tls.certificate())) {
            return List.of(topic().hidden(tls.certificate()));
        }
        if (tls.development().isPresent() && !Files.exists(tls.certificate())) {
            return List.of(topic().advice(
                            "None is configured: the daemon makes one of its own at its start, for which nobody vouches.",
                            "Get one: operations/certificates.md.",
                            ""));
        }
        if (Subject.isHidden(tls.key())) {
            found.add(topic().hidden(tls.key()));
        } else {
            found.add(usable(tls));
        }
        if (Files.exists(tls.key())) {
            found.add(key(tls.key()));
        }
        ChainFacts facts;
        try {
            facts = ChainFacts.of(Pem.certificates(tls.certificate()));
        } catch (IOException e) {
            // It is not usable, as was said.
            return found;
        }
        found.add(end(facts, subject.now(), tls));
        found.add(
                facts.advice().isEmpty()
                        ? Topic.CERTIFICATE_CHAIN.ok(
                                "The chain is complete: " + String.join(" ← ", facts.chain()) + ".")
                        : Topic.CERTIFICATE_CHAIN.wrong(
                                facts.advice(), "Put the whole chain into " + tls.certificate() + ".", ""));
        if (subject.daemon().isPresent()) {
            found.add(inForce(subject.link().call(SystemCalls.CERTIFICATE), facts, tls.certificate()));
        }
        return found;
    }

    private Finding usable(Config.Tls tls) {
        try {
            Certificates.checkUsable(tls);
        } catch (IOException e) {
            return topic().wrong(
                            e.getMessage() + ".", "Put certificate and key there: operations/certificates.md.", "");
        }
        return tls.development().isPresent()
                ? topic().advice(
                                "The certificate is one that the daemon has made itself, for which nobody vouches.",
                                "Get one: operations/certificates.md.",
                                "")
                : topic().ok(tls.certificate() + " and its key belong together.");
    }

    private static Finding key(Path key) throws IOException {
        Set<PosixFilePermission> mode = Files.getPosixFilePermissions(key);
        String shown = key + " has mode " + PosixFilePermissions.toString(mode);
        boolean isOpen = mode.contains(PosixFilePermission.OTHERS_READ)
                || mode.contains(PosixFilePermission.OTHERS_WRITE)
                || mode.contains(PosixFilePermission.GROUP_WRITE);
        return isOpen
                ? Topic.CERTIFICATE_KEY.wrong(
                        shown + ": others can read or change it.",
                        "Take the right away from them; if strangers could have read it, make a new key.",
                        "chmod 640 " + key)
                : Topic.CERTIFICATE_KEY.ok(shown + ".");
    }

    private static Finding end(ChainFacts facts, Instant now, Config.Tls tls) {
        if (now.isBefore(facts.begin())) {
            return Topic.CERTIFICATE_END.wrong(
                    "It is not valid before " + facts.begin() + ".", "Check the clock (timedatectl), or wait.", "");
        }
        String renewal = tls.development()
                .map(directory -> "rm " + tls.certificate() + " && systemctl restart chatd")
                .orElse("");
        if (now.isAfter(facts.end())) {
            return Topic.CERTIFICATE_END.wrong("It expired at " + facts.end() + ".", RENEW, renewal);
        }
        long days = Duration.between(now, facts.end()).toDays();
        String end = "It expires at " + facts.end() + ", in " + days + " days";
        Duration life = Duration.between(facts.begin(), facts.end());
        // Of a certificate for a few days only, the last third is late.
        long late = Math.min(SystemCalls.RENEWAL_DAYS, life.toDays() / 3);
        return days <= late
                ? Topic.CERTIFICATE_END.wrong(end + ", and was not renewed.", RENEW, renewal)
                : Topic.CERTIFICATE_END.ok(end + ".");
    }

    private static Finding inForce(ChainFacts presented, ChainFacts inFile, Path file) {
        return presented.fingerprint().equals(inFile.fingerprint())
                        && presented.end().equals(inFile.end())
                ? Topic.CERTIFICATE_IN_FORCE.ok("The daemon presents it; the fingerprint of its key is "
                        + new Fingerprint(presented.fingerprint()) + ".")
                : Topic.CERTIFICATE_IN_FORCE.wrong(
                        "The daemon presents another certificate than that in " + file + ", which expires at "
                                + presented.end() + ".",
                        "Have it take the one in the file; if it can't, it says why.",
                        "systemctl reload chatd");
    }
}
