; A half-duplex UART that takes one Timer0 overflow interrupt per bit, 8N1 at 19200 baud and 4 MHz.
; It receives a byte on PD0 and sends it back on PD1, for ever.
;
; The timer runs from CK/8 and is reloaded with 231. The 25 timer clocks from there to the overflow are
; only 200 clocks; a bit of 208 comes out because the handler needs at least seven clocks to the OUT, so
; the first timer clock after the overflow has gone by and the prescaler, which nobody restarts, still
; gives all the others at their old places.

.equ RXD = 0
.equ TXD = 1
.equ RELOAD = 231
.equ BIT_AND_A_HALF = 256 - 312 / 8 + 2

.def saved = r0
.def work  = r16
.def shift = r17             ; the byte that comes in or goes out
.def bits  = r18             ; bits still to come or go
                             ; T: receiving

        rjmp  main
        reti
        rjmp  tick

tick:   in    saved, SREG
        ldi   work, RELOAD
        out   TCNT0, work
        tst   bits
        breq  done
        dec   bits
        brts  receive
        cpi   bits, 9        ; the first of ten bits is the start bit
        breq  low
        sec                  ; the ones that come in from the left become the stop bit
        ror   shift
        brcc  low
        sbi   PORTD, TXD
        rjmp  done
low:    cbi   PORTD, TXD
        rjmp  done
receive: clc
        sbic  PIND, RXD
        sec
        ror   shift
done:   out   SREG, saved
        reti

main:   sbi   PORTD, TXD
        sbi   DDRD, TXD
        ldi   work, 2
        out   TCCR0, work    ; CK/8

echo:   cli
        sbic  PIND, RXD      ; wait for a start bit
        rjmp  echo
        ldi   work, BIT_AND_A_HALF
        out   TCNT0, work
        ldi   bits, 8
        set
        ldi   work, 2        ; forget an old overflow, enable the next one
        out   TIFR, work
        out   TIMSK, work
        sei
rest:   tst   bits
        brne  rest
stop:   sbis  PIND, RXD      ; the last bit may be a zero: let the stop bit come
        rjmp  stop
        clt
        ldi   bits, 10
send:   tst   bits
        brne  send
        rjmp  echo
