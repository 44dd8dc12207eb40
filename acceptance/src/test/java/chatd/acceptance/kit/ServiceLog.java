package chatd.acceptance.kit;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.FileAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.layout.PatternLayout;

/**
 * Copies the service log of this process's daemons into a file, as it would appear on a daemon's standard error.
 * While several daemons run, each file has the lines of all.
 */
final class ServiceLog implements AutoCloseable {
    private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
    private final FileAppender appender;

    ServiceLog(Path file) {
        appender = FileAppender.newBuilder()
                .setName(file.toString())
                .setFileName(file.toString())
                .setLayout(PatternLayout.newBuilder()
                        .setPattern("%d %-5level %c{1}: %msg%n%throwable")
                        .build())
                .build();
        appender.start();
        loggers().forEach(logger -> logger.addAppender(appender, Level.ALL, null));
        context.updateLoggers();
    }

    /** Returns the loggers of the libraries and of the daemon itself. */
    private Stream<LoggerConfig> loggers() {
        Configuration configuration = context.getConfiguration();
        return Stream.of(configuration.getRootLogger(), configuration.getLoggerConfig("chatd"));
    }

    @Override
    public void close() {
        loggers().forEach(logger -> logger.removeAppender(appender.getName()));
        context.updateLoggers();
        appender.stop();
    }
}
