/**
 * The AWS SDK warns of old Node versions once a process, amid the output that people are to read.
 * README.md names the supported versions. Import this before anything that loads the SDK.
 */
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
