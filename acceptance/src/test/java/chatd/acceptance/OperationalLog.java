package chatd.acceptance;

import java.nio.file.Path;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.FileAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.layout.PatternLayout;

/**
 * Copies the operational log of this process's daemons into a file, as it would appear on a daemon's standard error.
 * While several daemons run, each file has the lines of all.
 */
final class OperationalLog implements AutoCloseable {
    private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
    private final FileAppender appender;

    OperationalLog(Path file) {
        appender = FileAppender.newBuilder()
                .setName(file.toString())
                .setFileName(file.toString())
                .setLayout(PatternLayout.newBuilder()
                        .setPattern("%d %-5level %c{1}: %msg%n%throwable")
                        .build())
                .build();
        appender.start();
        root().addAppender(appender, Level.ALL, null);
        context.updateLoggers();
    }

    private LoggerConfig root() {
        return context.getConfiguration().getRootLogger();
    }

    @Override
    public void close() {
        root().removeAppender(appender.getName());
        context.updateLoggers();
        appender.stop();
    }
}
