const Queue = require('bull');
new Queue('work', process.env.REDIS_URL || 'redis://127.0.0.1:6379').process(async (job) => job.progress(100));
