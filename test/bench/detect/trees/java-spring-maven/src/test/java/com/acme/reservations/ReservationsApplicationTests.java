package com.acme.reservations;
class ReservationsApplicationTests {}
