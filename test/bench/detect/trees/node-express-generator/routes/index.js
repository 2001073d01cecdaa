var router = require('express').Router();
router.get('/', function (req, res) { res.send('Newsletter'); });
module.exports = router;
