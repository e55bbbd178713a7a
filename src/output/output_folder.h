#ifndef OUTPUT_OUTPUT_FOLDER_H
#define OUTPUT_OUTPUT_FOLDER_H

struct fault;

/* What the names of temporary files begin with; 16 hex digits follow. */
#define TEMPORARY_NAME ".tlsrua-"

/* A folder that files are written into. */
struct output_folder {
	const char *path; /* as given, for messages; owned by the caller */
	int fd;		  /* -1: not open */
};

/*
 * Open the folder `path`, as folder_open() does, and wait until no other run
 * writes into it: from then to output_folder_close() this run is the only one.
 * What a killed run left half written is removed.  Returns 0; or -1 with a
 * fault of exit code 73, or of 75 when another run does not end or this one is
 * stopped.
 */
int output_folder_open(
    struct output_folder *, const char *path, struct fault *);
void output_folder_close(struct output_folder *);

/*
 * Remove the temporary files in a folder whose writer is gone.  Those that are
 * being written are locked, and left alone.
 */
void output_folder_clear(int folder);

#endif
