package chatd.client.direct;

/**
 * A text of a direct session that another one answers.
 *
 * @param user the number of who said it
 * @param number the number that it has among the texts of that user in the session, from 1
 */
public record Answered(long user, long number) {}
