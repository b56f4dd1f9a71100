/* SPDX-License-Identifier: Apache-2.0 */
/* Making the state folder, and reading or making the secret. */
#include "httpd/state_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <apr_strings.h>
#include <unixd.h>

#include "base/limits.h"
#include "httpd/directives.h"

static const char *reason(int error, apr_pool_t *pool)
{
    char text[120];

    return apr_pstrdup(pool, apr_strerror(error, text, sizeof(text)));
}

/* All of a small file, NUL-terminated; -1 and errno where it fails. */
static apr_ssize_t read_all(char *text, apr_size_t room, const char *path)
{
    int file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
    apr_size_t len = 0;
    ssize_t n = 0;

    if (file < 0)
        return -1;
    while (len + 1 < room && (n = read(file, text + len, room - 1 - len)) > 0)
        len += (apr_size_t)n;
    close(file);
    text[len] = '\0';
    return n < 0 ? -1 : (apr_ssize_t)len;
}

ipxe_keys_t *ipxe_secret_read(const char **why, const char *path,
                              apr_pool_t *pool)
{
    char *text = apr_palloc(pool, IPXE_MAX_SECRET_FILE);
    apr_ssize_t len = read_all(text, IPXE_MAX_SECRET_FILE, path);
    ipxe_keys_t *keys = NULL;

    if (len < 0) {
        *why = errno == ELOOP ? "it is a symbolic link; name the file itself"
                              : reason(errno, pool);
        return NULL;
    }
    keys = ipxe_keys_parse(text, (apr_size_t)len, pool);
    memset(text, 0, IPXE_MAX_SECRET_FILE);
    if (!keys)
        *why = "it holds no key: one a line, of 32 characters or more";
    return keys;
}

const char *ipxe_secret_doubt(const char *path)
{
    struct stat info;

    if (lstat(path, &info) == 0 && info.st_mode & (S_IRWXG | S_IRWXO))
        return "others than its owner may read it: chmod 600";
    return NULL;
}

/* Writes a key to a file that was not there. 0, or errno. */
static int make_secret(const char *path, apr_pool_t *pool)
{
    const char *line;
    ssize_t n;
    int error = 0;
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (file < 0)
        return errno;
    if (ipxe_keys_generate(&line, pool) != APR_SUCCESS) {
        error = EIO;
    }
    else {
        line = apr_pstrcat(pool, line, "\n", NULL);
        n = write(file, line, strlen(line));
        if (n != (ssize_t)strlen(line) || fsync(file) != 0)
            error = errno ? errno : EIO;
    }
    close(file);
    if (error)
        unlink(path);
    return error;
}

/* Is what is there what it should be? */
static const char *judge_folder(const char *path, apr_pool_t *pool)
{
    struct stat info;

    if (lstat(path, &info) != 0)
        return reason(errno, pool);
    if (!S_ISDIR(info.st_mode))
        return "it is no folder";
    if (info.st_uid != geteuid() && info.st_uid != 0)
        return "it belongs to another user than the one who starts the "
               "server";
    if (info.st_mode & (S_IWGRP | S_IWOTH))
        return "others may write there: chmod go-w";
    return NULL;
}

/* Makes the folder, or proves that it is what it should be. */
static const char *make_folder(const char *path, apr_pool_t *pool)
{
    if (mkdir(path, 0755) == 0)
        return chmod(path, 0755) == 0 ? NULL : reason(errno, pool);
    return errno == EEXIST ? judge_folder(path, pool) : reason(errno, pool);
}

/* The path of the folder above, with a slash. */
static const char *parent_of(const char *path, apr_pool_t *pool)
{
    apr_size_t len = strlen(path);

    while (len > 1 && path[len - 1] == '/')
        len--;
    while (len > 1 && path[len - 1] != '/')
        len--;
    return apr_pstrmemdup(pool, path, len);
}

const char *ipxe_state_dir_doubt(const char *path, apr_pool_t *pool)
{
    struct stat info;

    /* Whoever checks may see less than who starts the server. */
    if (lstat(path, &info) == 0)
        return geteuid() == 0 || !S_ISDIR(info.st_mode)
                   ? judge_folder(path, pool)
                   : NULL;
    if (errno == ENOTDIR)
        return "what is above it is no folder";
    if (errno != ENOENT || stat(parent_of(path, pool), &info) == 0)
        return NULL;
    return errno == ENOENT ? "the folder above it is not there" : NULL;
}

/* Whose the folder must be, and only theirs. */
static const char *take_folder(int folder, const char *name, apr_pool_t *pool)
{
    uid_t user = geteuid() == 0 ? ap_unixd_config.user_id : geteuid();
    struct stat info;

    if (fstat(folder, &info) != 0)
        return reason(errno, pool);
    if (info.st_uid != user && info.st_uid != geteuid())
        return apr_psprintf(pool,
                            "%s belongs to user %ld, not to the server's: "
                            "chown -R, or remove it",
                            name, (long)info.st_uid);
    if (info.st_uid != user &&
        fchown(folder, user, ap_unixd_config.group_id) != 0)
        return reason(errno, pool);
    /* Where nothing can be written the rest boots on. */
    if ((info.st_mode & 07777) == 0700)
        return NULL;
    return fchmod(folder, 0700) == 0 ? NULL : reason(errno, pool);
}

const char *ipxe_state_folder(const ipxe_serving_t *serving, const char *name,
                              apr_pool_t *pool)
{
    const char *path = apr_pstrcat(pool, serving->state_dir, "/", name, NULL);
    const char *fault = make_folder(serving->state_dir, pool);
    int folder;

    if (fault)
        return fault;
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return reason(errno, pool);
    folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return apr_pstrcat(pool, name, ": ", reason(errno, pool), NULL);
    fault = take_folder(folder, name, pool);
    close(folder);
    return fault;
}

ipxe_keys_t *ipxe_state_keys(const char **why, const ipxe_serving_t *serving,
                             apr_pool_t *pool)
{
    const char *path = serving->secret, *fault = NULL;
    ipxe_keys_t *keys = NULL;
    int error;

    if (!serving->secret_given) {
        fault = make_folder(serving->state_dir, pool);
        if (fault) {
            *why = apr_psprintf(pool, "%s %s: %s", IPXE_NAME_STATE_DIR,
                                serving->state_dir, fault);
            return NULL;
        }
        error = make_secret(path, pool);
        if (error && error != EEXIST)
            fault = reason(error, pool);
    }
    if (!fault)
        keys = ipxe_secret_read(&fault, path, pool);
    if (!keys)
        *why = apr_psprintf(pool, "secret %s: %s", path, fault);
    return keys;
}

ipxe_keys_t *ipxe_state_passing_keys(apr_pool_t *pool)
{
    const char *line;

    if (ipxe_keys_generate(&line, pool) != APR_SUCCESS)
        return NULL;
    return ipxe_keys_parse(line, strlen(line), pool);
}
